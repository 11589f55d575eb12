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
  awk: late(async () => (await import("./awk/awk.ts")).awk),
  base64: late(async () => (await import("./base64.ts")).base64),
  bc: late(async () => (await import("./bc/bc.ts")).bc),
  cmp: late(async () => (await import("./cmp.ts")).cmp),
  comm: late(async () => (await import("./comm.ts")).comm),
  diff: late(async () => (await import("./diff.ts")).diff),
  find: late(async () => (await import("./find/find.ts")).find),
  flock: late(async () => (await import("./flock.ts")).flock),
  fold: late(async () => (await import("./lines.ts")).fold),
  jq: late(async () => (await import("./jq.ts")).jq),
  mawk: late(async () => (await import("./awk/awk.ts")).awk),
  md5sum: late(async () => (await import("./digests.ts")).md5sum),
  nl: late(async () => (await import("./lines.ts")).nl),
  nohup: late(async () => (await import("./nohup.ts")).nohup),
  od: late(async () => (await import("./od.ts")).od),
  paste: late(async () => (await import("./lines.ts")).paste),
  rev: late(async () => (await import("./lines.ts")).rev),
  sed: late(async () => (await import("./sed/sed.ts")).sed),
  sha1sum: late(async () => (await import("./digests.ts")).sha1sum),
  sha256sum: late(async () => (await import("./digests.ts")).sha256sum),
  sha512sum: late(async () => (await import("./digests.ts")).sha512sum),
  "[": late(async () => (await import("./test.ts")).test),
  tac: late(async () => (await import("./lines.ts")).tac),
  test: late(async () => (await import("./test.ts")).test),
};

/** Every program with the path it is installed at. */
export const programs: readonly InstalledProgram[] = Object.entries({ ...atOnce, ...atFirstUse }).map(([name, program]) => ({
  path: `/usr/bin/${name}`,
  program,
}));
