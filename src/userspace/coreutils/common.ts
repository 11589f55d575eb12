/** What most scripts use: loaded together, with the first of them that is run. */
import type { Program } from "../../syscall/index.ts";
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
import { dir, ls, vdir } from "./ls.ts";
import { lspci } from "./lspci.ts";
import { mkdir, rmdir } from "./mkdir.ts";
import { mktemp } from "./mktemp.ts";
import { mount } from "./mount.ts";
import { mv } from "./mv.ts";
import { basename, dirname } from "./path-names.ts";
import { rm } from "./rm.ts";
import { seq } from "./seq.ts";
import { sleep } from "./sleep.ts";
import { mkfifo, printenv, tty, udevadm, yes } from "./small.ts";
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

export const common = {
  ...{ basename, cat, chmod, cp, cut, date, dir, dirname, dmesg, echo, env, expr, false: fail, grep, head, hostname, id, kill, ln, ls },
  ...{
    lspci,
    mkdir,
    mkfifo,
    mktemp,
    mv,
    nproc,
    printenv,
    readlink,
    rm,
    rmdir,
    seq,
    sleep,
    stat,
    sync,
    sysctl,
    tail,
    tee,
    timeout,
  },
  ...{ mount, nsenter, umount, unshare, vdir },
  ...{ touch, tr, true: succeed, tty, udevadm, uname, uniq, wc, which, xargs, yes },
} satisfies Readonly<Record<string, Program>>;
