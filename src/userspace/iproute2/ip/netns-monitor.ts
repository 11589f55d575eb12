/** ip netns monitor: names that come to and go from the directory, as inotify tells them; until a signal ends it. */
import { EEXIST, strerror } from "../../../kernel/index.ts";
import { decode } from "../../lib/index.ts";
import { NETNS_RUN_DIR } from "../netns.ts";
import { EXIT_MINUS_ONE } from "../tool.ts";
import type { Ip } from "./context.ts";

const IN_CREATE = 0x100;
const IN_DELETE = 0x200;
const BUFFER = 4096;
/** sizeof(struct inotify_event): watch, mask, cookie, length of the name behind it. */
const EVENT_LEN = 16;

export async function netnsMonitor(ip: Ip): Promise<number> {
  const { tool } = ip;
  const { process } = tool;
  const fd = await process.inotifyInit();
  if (fd < 0) return await fail(ip, `inotify_init failed: ${strerror(fd)}\n`);
  const made = await process.mkdir(NETNS_RUN_DIR, 0o755);
  if (made < 0 && made !== -EEXIST) return await fail(ip, `mkdir ${NETNS_RUN_DIR} failed: ${strerror(made)}\n`);
  const watch = await process.inotifyAddWatch(fd, NETNS_RUN_DIR, IN_CREATE | IN_DELETE);
  if (watch < 0) return await fail(ip, `inotify_add_watch failed: ${strerror(watch)}\n`);
  for (;;) {
    const bytes = await process.read(fd, BUFFER);
    if (typeof bytes === "number") return await fail(ip, `read failed: ${strerror(bytes)}\n`);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at + EVENT_LEN <= bytes.length; at += EVENT_LEN + view.getUint32(at + 12, true)) {
      const mask = view.getUint32(at + 4, true);
      const name = decode(bytes.subarray(at + EVENT_LEN, at + EVENT_LEN + view.getUint32(at + 12, true))).replace(/\0.*$/s, "");
      if ((mask & IN_CREATE) !== 0) tool.out(`add ${name}\n`);
      if ((mask & IN_DELETE) !== 0) tool.out(`delete ${name}\n`);
    }
    // stdio writes a line at once to a terminal only.
    if (process.isatty(1)) await tool.flush();
  }
}

async function fail(ip: Ip, message: string): Promise<number> {
  await ip.tool.err(message);
  return EXIT_MINUS_ONE;
}
