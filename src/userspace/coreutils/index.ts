/** The small utilities of GNU coreutils, grep, procps, util-linux and pciutils: one file each, or a few of one kind. */
import type { Program } from "../../syscall/index.ts";
import { type InstalledProgram, late } from "../lib/index.ts";
import { cat } from "./cat.ts";
import { chmod } from "./chmod.ts";
import { cp } from "./cp.ts";
import { cut } from "./cut.ts";
import { date } from "./date.ts";
import { dmesg } from "./dmesg.ts";
import { echo } from "./echo.ts";
import { env } from "./env.ts";
import { expr } from "./expr.ts";
import { grep } from "./grep.ts";
import { head, tail } from "./head-tail.ts";
import { hostname, id, nproc, uname } from "./identity.ts";
import { kill } from "./kill.ts";
import { ln, readlink } from "./ln.ts";
import { ls } from "./ls.ts";
import { lspci } from "./lspci.ts";
import { mkdir, rmdir } from "./mkdir.ts";
import { mktemp } from "./mktemp.ts";
import { mount } from "./mount.ts";
import { mv } from "./mv.ts";
import { basename, dirname } from "./path-names.ts";
import { ps } from "./ps.ts";
import { rm } from "./rm.ts";
import { seq } from "./seq.ts";
import { sleep } from "./sleep.ts";
import { mkfifo, printenv, tty, udevadm, yes } from "./small.ts";
import { sort } from "./sort.ts";
import { stat } from "./stat.ts";
import { sysctl } from "./sysctl.ts";
import { tee } from "./tee.ts";
import { timeout } from "./timeout.ts";
import { touch } from "./touch.ts";
import { tr } from "./tr.ts";
import { fail, succeed, sync } from "./trivial.ts";
import { umount } from "./umount.ts";
import { uniq } from "./uniq.ts";
import { nsenter, unshare } from "./unshare.ts";
import { wc } from "./wc.ts";
import { which } from "./which.ts";
import { xargs } from "./xargs.ts";

/** Loaded with the rest: what most scripts use. */
const atOnce: Readonly<Record<string, Program>> = {
  ...{ basename, cat, chmod, cp, cut, date, dirname, dmesg, echo, env, expr, false: fail, grep, head, hostname, id, kill, ln, ls },
  ...{
    lspci,
    mkdir,
    mkfifo,
    mktemp,
    mv,
    nproc,
    printenv,
    ps,
    readlink,
    rm,
    rmdir,
    seq,
    sleep,
    sort,
    stat,
    sync,
    sysctl,
    tail,
    tee,
    timeout,
  },
  ...{ mount, nsenter, umount, unshare },
  ...{ touch, tr, true: succeed, tty, udevadm, uname, uniq, wc, which, xargs, yes },
};

/** Loaded at first use: interpreters of languages of their own, and what few scripts need. */
const atFirstUse: Readonly<Record<string, Program>> = {
  "[": late(async () => (await import("./test.ts")).test),
  arch: late(async () => (await import("./identity-small.ts")).arch),
  awk: late(async () => (await import("./awk/awk.ts")).awk),
  b2sum: late(async () => (await import("./digests.ts")).b2sum),
  base64: late(async () => (await import("./base64.ts")).base64),
  bc: late(async () => (await import("./bc/bc.ts")).bc),
  chgrp: late(async () => (await import("./files-small.ts")).chgrp),
  chown: late(async () => (await import("./files-small.ts")).chown),
  cmp: late(async () => (await import("./cmp.ts")).cmp),
  column: late(async () => (await import("./column.ts")).column),
  comm: late(async () => (await import("./comm.ts")).comm),
  dd: late(async () => (await import("./dd.ts")).dd),
  df: late(async () => (await import("./df.ts")).df),
  diff: late(async () => (await import("./diff.ts")).diff),
  du: late(async () => (await import("./du.ts")).du),
  egrep: late(async () => (await import("./run-with.ts")).egrep),
  expand: late(async () => (await import("./tabs.ts")).expand),
  fgrep: late(async () => (await import("./run-with.ts")).fgrep),
  find: late(async () => (await import("./find/find.ts")).find),
  flock: late(async () => (await import("./flock.ts")).flock),
  fold: late(async () => (await import("./lines.ts")).fold),
  getopt: late(async () => (await import("./getopt.ts")).getopt),
  groups: late(async () => (await import("./identity-small.ts")).groups),
  hd: late(async () => (await import("./hexdump.ts")).hexdump),
  hexdump: late(async () => (await import("./hexdump.ts")).hexdump),
  install: late(async () => (await import("./files-small.ts")).install),
  ionice: late(async () => (await import("./run-with.ts")).ionice),
  join: late(async () => (await import("./join.ts")).join),
  jq: late(async () => (await import("./jq.ts")).jq),
  killall: late(async () => (await import("./killall.ts")).killall),
  link: late(async () => (await import("./files-small.ts")).link),
  logger: late(async () => (await import("./logger.ts")).logger),
  logname: late(async () => (await import("./identity-small.ts")).logname),
  mawk: late(async () => (await import("./awk/awk.ts")).awk),
  md5sum: late(async () => (await import("./digests.ts")).md5sum),
  mknod: late(async () => (await import("./files-small.ts")).mknod),
  mountpoint: late(async () => (await import("./files-small.ts")).mountpoint),
  nice: late(async () => (await import("./run-with.ts")).nice),
  nl: late(async () => (await import("./lines.ts")).nl),
  nohup: late(async () => (await import("./nohup.ts")).nohup),
  od: late(async () => (await import("./od.ts")).od),
  paste: late(async () => (await import("./lines.ts")).paste),
  pgrep: late(async () => (await import("./pgrep.ts")).pgrep),
  pidof: late(async () => (await import("./killall.ts")).pidof),
  pkill: late(async () => (await import("./pgrep.ts")).pkill),
  realpath: late(async () => (await import("./realpath.ts")).realpath),
  rev: late(async () => (await import("./lines.ts")).rev),
  sed: late(async () => (await import("./sed/sed.ts")).sed),
  setsid: late(async () => (await import("./setsid.ts")).setsid),
  sha1sum: late(async () => (await import("./digests.ts")).sha1sum),
  sha224sum: late(async () => (await import("./digests.ts")).sha224sum),
  sha256sum: late(async () => (await import("./digests.ts")).sha256sum),
  sha384sum: late(async () => (await import("./digests.ts")).sha384sum),
  sha512sum: late(async () => (await import("./digests.ts")).sha512sum),
  shuf: late(async () => (await import("./shuf.ts")).shuf),
  split: late(async () => (await import("./split.ts")).split),
  stdbuf: late(async () => (await import("./run-with.ts")).stdbuf),
  tac: late(async () => (await import("./lines.ts")).tac),
  test: late(async () => (await import("./test.ts")).test),
  truncate: late(async () => (await import("./truncate.ts")).truncate),
  unexpand: late(async () => (await import("./tabs.ts")).unexpand),
  unlink: late(async () => (await import("./files-small.ts")).unlink),
  users: late(async () => (await import("./identity-small.ts")).users),
  whoami: late(async () => (await import("./identity-small.ts")).whoami),
  xxd: late(async () => (await import("./xxd.ts")).xxd),
};

/** Every program with the path it is installed at. */
export const programs: readonly InstalledProgram[] = Object.entries({ ...atOnce, ...atFirstUse }).map(([name, program]) => ({
  path: `/usr/bin/${name}`,
  program,
}));
