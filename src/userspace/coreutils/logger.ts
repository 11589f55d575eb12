/**
 * logger(1) of util-linux. Nobody listens on /dev/log, as on any machine without syslogd: messages go nowhere and the status is 0; with -s
 * and with --no-act, which need the socket too, it says so.
 */
import { ENOENT, strerror } from "../../kernel/index.ts";
import { O_RDONLY } from "../../syscall/index.ts";
import { readToEnd, STDIN } from "../lib/index.ts";
import { utility } from "./utility.ts";

const manual = {
  version: "logger from util-linux 2.38.1",
  usage: "[options] [<message>]",
  short: "Adef:iI::n:p:P:sS:t:Tu:",
  long: {
    ...{
      udp: "d",
      "skip-empty": "e",
      file: "f",
      id: "I",
      server: "n",
      priority: "p",
      port: "P",
      stderr: "s",
      size: "S",
      tag: "t",
      tcp: "T",
    },
    ...{ socket: "u", "no-act": "no-act", "prio-prefix": "prio-prefix", rfc3164: "rfc3164", rfc5424: "rfc5424::", msgid: "msgid:" },
    ...{
      "octet-count": "octet-count",
      "socket-errors": "socket-errors::",
      "sd-id": "sd-id:",
      "sd-param": "sd-param:",
      journald: "journald::",
    },
  },
  refused: [..."dTnPuA", "journald"],
};

const LEVELS = "emerg panic alert crit err error warning warn notice info debug".split(" ");
const FACILITIES = "kern user mail daemon auth security syslog lpr news uucp cron authpriv ftp local0 local1 local2 local3".split(" ");

export const logger = utility(manual, async (util) => {
  const priority = util.value("p") ?? "user.notice";
  const [, facility = "user", level = ""] = /^(?:(.*)\.)?(.*)$/s.exec(priority) ?? [];
  if (!FACILITIES.includes(facility) && !/^local[4-7]$/.test(facility)) await util.die(`unknown facility name: ${facility}`);
  if (!LEVELS.includes(level)) await util.die(`unknown priority name: ${level}`);
  const path = util.value("f");
  const fd = path === undefined ? STDIN : await util.process.open(path, O_RDONLY);
  if (fd < 0) await util.die(`file ${path}: ${strerror(fd)}`);
  if (util.has("s", "no-act") || util.value("socket-errors") === "on") await util.die(`socket /dev/log: ${strerror(-ENOENT)}`);
  if (util.operands.length === 0) await readToEnd(util.process, fd);
});
