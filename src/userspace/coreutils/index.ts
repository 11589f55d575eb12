/** The small utilities of GNU coreutils, grep, procps, util-linux and pciutils: one file each, or a few of one kind. */
import type { InstalledProgram } from "../lib/index.ts";
import { cat } from "./cat.ts";
import { chmod } from "./chmod.ts";
import { cp } from "./cp.ts";
import { cut } from "./cut.ts";
import { date } from "./date.ts";
import { dmesg } from "./dmesg.ts";
import { echo } from "./echo.ts";
import { env } from "./env.ts";
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
import { sort } from "./sort.ts";
import { stat } from "./stat.ts";
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

const inBin = {
  ...{
    cat,
    chmod,
    cp,
    cut,
    date,
    dmesg,
    echo,
    env,
    grep,
    head,
    hostname,
    id,
    kill,
    ln,
    ls,
    mkdir,
    mktemp,
    mv,
    nproc,
    ps,
    readlink,
    rm,
    rmdir,
  },
  ...{ basename, dirname, seq, sleep, sort, stat, sync, tail, tee, timeout, touch, tr, uname, uniq, wc, which, true: succeed, false: fail },
  ...{ mount, nsenter, umount, unshare },
};

/** Every program with the path it is installed at. */
export const programs: readonly InstalledProgram[] = [
  ...Object.entries(inBin).map(([name, program]) => ({ path: `/usr/bin/${name}`, program })),
  { path: "/usr/bin/lspci", program: lspci },
];
