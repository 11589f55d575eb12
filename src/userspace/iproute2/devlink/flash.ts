/**
 * devlink dev flash: a child makes the request, which the kernel answers only at its end, while the parent prints what the
 * kernel tells of the progress. Left out: percentages and the time that has passed, which only a terminal gets.
 */
import { EINTR } from "../../../kernel/index.ts";
import {
  DEVLINK_ATTR_BUS_NAME,
  DEVLINK_ATTR_DEV_NAME,
  DEVLINK_ATTR_FLASH_UPDATE_COMPONENT,
  DEVLINK_ATTR_FLASH_UPDATE_STATUS_MSG,
  DEVLINK_ATTR_FLASH_UPDATE_STATUS_TOTAL,
  DEVLINK_CMD_FLASH_UPDATE,
  DEVLINK_CMD_FLASH_UPDATE_END,
  DEVLINK_CMD_FLASH_UPDATE_STATUS,
  DEVLINK_GENL_MCGRP_CONFIG_NAME,
  DEVLINK_GENL_NAME,
  DEVLINK_GENL_VERSION,
  NLM_F_ACK,
} from "../../../netlink/index.ts";
import type { Fd, Process } from "../../../syscall/index.ts";
import { GenlFamily, type GenlMessage, parseGenl } from "../genl.ts";
import { extackLine } from "../netlink.ts";
import { takeDevice } from "./argv.ts";
import { parseCommand } from "./commands.ts";
import { type Devlink, type Handle, help, putHandle } from "./context.ts";
import { DEV_HELP } from "./help.ts";
import { putOptions } from "./options.ts";

const POLLIN = 1;
/** How long one look for news takes, so that a terminal could be told how much time has passed. */
const TICK_NS = 100_000_000;

/** devlink dev flash ... An error without words of the kernel is not said at all: only the status tells of it. */
export async function devFlash(dl: Devlink): Promise<number> {
  if (dl.words.atEnd || dl.words.take("help")) return await help(DEV_HELP)(dl);
  const parsed = await parseCommand(dl, { handle: takeDevice, required: ["file"], optional: ["component", "overwrite"] });
  if (parsed === null) return 1;
  const { process } = dl.tool;
  const news = await GenlFamily.open(process, DEVLINK_GENL_NAME, DEVLINK_GENL_VERSION);
  if (typeof news === "number") return 1;
  const done = (await news.joinGroup(DEVLINK_GENL_MCGRP_CONFIG_NAME)) < 0 ? 1 : await flash(dl, news, parsed.handle);
  await news.socket.close();
  return done;

  async function flash(shared: Devlink, from: GenlFamily, handle: Handle): Promise<number> {
    const pipe = await process.pipe();
    if (typeof pipe === "number") return 1;
    const [read, write] = pipe;
    const request = shared.family.prepare(DEVLINK_CMD_FLASH_UPDATE, NLM_F_ACK, (writer) =>
      putOptions(putHandle(writer, handle), parsed?.options ?? {}),
    );
    const pid = await process.fork((child) => sendIn(child, shared.family.socket.fd, request.bytes, read, write));
    await process.close(write);
    const status = pid < 0 ? 1 : await follow(shared, from, handle, read);
    await process.close(read);
    if (status !== 0) return status;
    const answer = await shared.family.socket.answer(request.seq);
    await shared.tool.err(extackLine(answer));
    return answer.error < 0 ? 1 : 0;
  }
}

/** The child: its write to the pipe says that the kernel has answered. */
async function sendIn(child: Process, socket: Fd, request: Uint8Array, read: Fd, write: Fd): Promise<number> {
  await child.close(read);
  const sent = await child.send(socket, request);
  const result = new Uint8Array(4);
  new DataView(result.buffer).setInt32(0, Math.min(sent, 0), true);
  const written = await child.write(write, result);
  return written === result.length ? 0 : 1;
}

/** What was last printed, and what has happened. */
interface Progress {
  message: string | null;
  component: string | null;
  /** The last status had a percentage, which the next one of the same words replaces. */
  percentage: boolean;
  begun: boolean;
  ended: boolean;
}

/** The parent: until the child is done and, if anything was told, the end was told too. */
async function follow(dl: Devlink, news: GenlFamily, handle: Handle, read: Fd): Promise<number> {
  const { process } = dl.tool;
  const progress: Progress = { message: null, component: null, percentage: false, begun: false, ended: false };
  const { fd } = news.socket;
  let answered = false;
  while (!answered || (progress.begun && !progress.ended)) {
    const watched = answered ? [fd] : [fd, read];
    const ready = await process.poll(
      watched.map((each) => ({ fd: each, events: POLLIN })),
      TICK_NS,
    );
    if (typeof ready === "number" && ready !== -EINTR) return 1;
    if (typeof ready === "number") continue;
    if (ready.includes(fd) && !(await hear(dl, news, handle, progress))) return 1;
    if (!ready.includes(read)) continue;
    const bytes = await process.read(read, 4);
    if (typeof bytes === "number" || bytes.some((byte) => byte !== 0)) return 1;
    answered = true;
  }
  return 0;
}

/** The next news. False if the program gives up. */
async function hear(dl: Devlink, news: GenlFamily, handle: Handle, progress: Progress): Promise<boolean> {
  const messages = await news.socket.receive();
  if (typeof messages === "number") return false;
  const [message] = messages;
  const event = message === undefined ? null : parseGenl(message);
  return event === null || (await printStatus(dl, handle, event, progress));
}

/** False for news of another device, at which the program gives up. */
async function printStatus(dl: Devlink, handle: Handle, { cmd, attributes }: GenlMessage, progress: Progress): Promise<boolean> {
  if (cmd !== DEVLINK_CMD_FLASH_UPDATE_STATUS && cmd !== DEVLINK_CMD_FLASH_UPDATE_END) return true;
  const { tool } = dl;
  if (attributes.string(DEVLINK_ATTR_BUS_NAME) !== handle.bus || attributes.string(DEVLINK_ATTR_DEV_NAME) !== handle.device) return false;
  if (cmd === DEVLINK_CMD_FLASH_UPDATE_END) {
    tool.out("\n");
    progress.ended = true;
    return true;
  }
  const message = attributes.string(DEVLINK_ATTR_FLASH_UPDATE_STATUS_MSG) ?? null;
  const component = attributes.string(DEVLINK_ATTR_FLASH_UPDATE_COMPONENT) ?? null;
  const same = message === progress.message && component === progress.component && progress.percentage && progress.begun;
  if (!same) {
    if (progress.begun) tool.out("\n");
    if (component !== null) tool.out(`[${component}] `);
    if (message !== null) tool.out(message);
    progress.component = component ?? progress.component;
    progress.message = message ?? progress.message;
  }
  progress.percentage = (attributes.u64(DEVLINK_ATTR_FLASH_UPDATE_STATUS_TOTAL) ?? 0n) !== 0n;
  progress.begun = true;
  await tool.flush();
  return true;
}
