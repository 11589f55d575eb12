/** Redirections: each is an open or a pipe, and a dup2, in this process. Those of builtins and compound commands are undone. */
import type { HereDoc, HereString, Redirect, Redirection } from "unbash";
import { EBADF, EEXIST, strerror } from "../../kernel/index.ts";
import { type Fd, O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY, S_IFMT, S_IFREG } from "../../syscall/index.ts";
import { encode, writeAll } from "../lib/index.ts";
import { assignText } from "./assign.ts";
import { targetOf } from "./expand/parameter.ts";
import { expandPieces, expandToText, expandWords } from "./expand/word.ts";
import type { Shell } from "./shell.ts";
import { ExpansionError } from "./unwind.ts";

/** Descriptors the shell keeps for itself are not below this. */
const FIRST_SAVED = 10;
/** What fits into a pipe without a reader; longer documents go through a file. */
const PIPE_CAPACITY = 65_536;

/** What has to be put back; empty lists cost nothing. */
export type Undo = { readonly fd: Fd; readonly saved: Fd | null }[];

/** A redirection that failed, with bash's words for it. */
class RedirectionError {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

/** Performs redirections in order. False, with a message printed, if one fails; those before it stay until undone. */
export async function redirect(shell: Shell, redirections: readonly Redirection[], undo: Undo | null): Promise<boolean> {
  for (const redirection of redirections) {
    try {
      await perform(shell, redirection, undo);
    } catch (error) {
      if (!(error instanceof RedirectionError)) throw error;
      await shell.complain(error.message);
      return false;
    }
  }
  return true;
}

/** Puts the descriptors back, in reverse order. */
export async function undoRedirections(shell: Shell, undo: Undo): Promise<void> {
  const { process } = shell;
  for (let entry = undo.pop(); entry !== undefined; entry = undo.pop()) {
    if (entry.saved === null) {
      await process.close(entry.fd);
    } else {
      await process.dup2(entry.saved, entry.fd);
      await process.close(entry.saved);
    }
  }
}

async function perform(shell: Shell, redirection: Redirection, undo: Undo | null): Promise<void> {
  switch (redirection.operator) {
    case "<<":
    case "<<-":
      return await install(shell, redirection, 0, await hereDocument(shell, redirection), undo);
    case "<<<":
      return await install(shell, redirection, 0, await hereString(shell, redirection), undo);
    case "<&":
    case ">&":
      return await duplicate(shell, redirection, undo);
    case "&>":
    case "&>>":
      return await both(shell, await target(shell, redirection), redirection.operator === "&>>" ? O_APPEND : O_TRUNC, undo);
    default:
      return await openFile(shell, redirection, undo);
  }
}

async function target(shell: Shell, redirection: Redirect): Promise<string> {
  if (redirection.target === undefined) throw new RedirectionError("syntax error: redirection without a target");
  const words = await expandWords(shell, [redirection.target]);
  const [only] = words;
  if (only === undefined || words.length > 1) throw new RedirectionError(`${redirection.target.text}: ambiguous redirect`);
  return only;
}

async function openFile(shell: Shell, redirection: Redirect, undo: Undo | null): Promise<void> {
  const path = await target(shell, redirection);
  const noclobber = redirection.operator === ">" && shell.options.get("noclobber");
  const fd = noclobber ? await openNew(shell, path) : await shell.process.open(path, flagsOf(redirection), 0o666);
  if (fd < 0) throw new RedirectionError(`${path}: ${strerror(fd)}`);
  await install(shell, redirection, redirection.operator.startsWith("<") ? 0 : 1, fd, undo);
}

function flagsOf(redirection: Redirect): number {
  switch (redirection.operator) {
    case "<":
      return O_RDONLY;
    case "<>":
      return O_RDWR | O_CREAT;
    case ">>":
      return O_WRONLY | O_CREAT | O_APPEND;
    default:
      return O_WRONLY | O_CREAT | O_TRUNC;
  }
}

/** set -C: an existing file is not overwritten, a device may be. */
async function openNew(shell: Shell, path: string): Promise<Fd> {
  const stat = await shell.process.stat(path);
  if (typeof stat === "number") return await shell.process.open(path, O_WRONLY | O_CREAT | O_EXCL, 0o666);
  if ((stat.mode & S_IFMT) === S_IFREG) throw new RedirectionError(`${path}: cannot overwrite existing file`);
  const fd = await shell.process.open(path, O_WRONLY, 0o666);
  if (fd === -EEXIST) throw new RedirectionError(`${path}: cannot overwrite existing file`);
  return fd;
}

/** Makes `opened` the descriptor that the redirection names. */
async function install(shell: Shell, redirection: Redirection, ordinary: Fd, opened: Fd, undo: Undo | null): Promise<void> {
  const { descriptor } = redirection;
  if (descriptor?.type === "FileDescriptorVariable") {
    const fd = await shell.process.dupfd(opened, FIRST_SAVED);
    await shell.process.close(opened);
    if (fd < 0) throw new RedirectionError(strerror(fd));
    assignText(shell, descriptor.name, String(fd), false);
    return;
  }
  const fd = descriptor?.value ?? ordinary;
  if (fd === opened) {
    if (undo !== null) undo.push({ fd, saved: null });
    return;
  }
  await save(shell, fd, undo);
  const result = await shell.process.dup2(opened, fd);
  await shell.process.close(opened);
  if (result < 0) throw new RedirectionError(`${fd}: ${strerror(result)}`);
}

/** Keeps what `fd` is now, so that it can be put back. */
async function save(shell: Shell, fd: Fd, undo: Undo | null, above: Fd = FIRST_SAVED - 1): Promise<void> {
  if (undo === null) return;
  const saved = await shell.process.dupfd(fd, Math.max(FIRST_SAVED, above + 1), true);
  undo.push({ fd, saved: saved < 0 ? null : saved });
}

/** N>&M, N<&M, N>&-, N>&M- and >&file. */
async function duplicate(shell: Shell, redirection: Redirect, undo: Undo | null): Promise<void> {
  const { process } = shell;
  const word = await target(shell, redirection);
  const { descriptor } = redirection;
  const fd = descriptor?.type === "FileDescriptor" ? descriptor.value : redirection.operator === "<&" ? 0 : 1;
  if (word === "-") {
    const closing = descriptor?.type === "FileDescriptorVariable" ? descriptorNamed(shell, descriptor.name) : fd;
    await save(shell, closing, undo);
    await process.close(closing);
    return;
  }
  const moved = /^(\d+)(-?)$/.exec(word);
  if (moved === null) {
    if (redirection.operator === ">&" && descriptor === undefined) return await both(shell, word, O_TRUNC, undo);
    throw new RedirectionError(`${word}: ambiguous redirect`);
  }
  const from = Number(moved[1]);
  if (descriptor?.type === "FileDescriptorVariable") return await duplicateInto(shell, descriptor.name, from);
  // The copy must not take the number that this redirection is about to look for.
  await save(shell, fd, undo, from);
  const result = await process.dup2(from, fd);
  if (result < 0) throw new RedirectionError(`${redirection.target?.text ?? from}: ${strerror(EBADF)}`);
  if (moved[2] === "-" && from !== fd) await process.close(from);
}

/** The descriptor whose number the variable holds, for {name}>&- ; -1 if it holds none. */
function descriptorNamed(shell: Shell, name: string): Fd {
  const element = /^(\w+)\[(.*)\]$/s.exec(name);
  const target = element === null ? targetOf(shell, name, null) : targetOf(shell, element[1] as string, element[2] as string);
  return target.kind === "scalar" && /^\d+$/.test(target.value ?? "") ? Number(target.value) : -1;
}

/** {name}>&M */
async function duplicateInto(shell: Shell, name: string, from: Fd): Promise<void> {
  const fd = await shell.process.dupfd(from, FIRST_SAVED);
  if (fd < 0) throw new RedirectionError(`${from}: ${strerror(fd)}`);
  assignText(shell, name, String(fd), false);
}

/** &>file, &>>file: standard output and standard error. */
async function both(shell: Shell, path: string, flag: number, undo: Undo | null): Promise<void> {
  const { process } = shell;
  const careful = flag === O_TRUNC && shell.options.get("noclobber");
  const fd = careful ? await openNew(shell, path) : await process.open(path, O_WRONLY | O_CREAT | flag, 0o666);
  if (fd < 0) throw new RedirectionError(`${path}: ${strerror(fd)}`);
  await save(shell, 1, undo);
  await process.dup2(fd, 1);
  if (fd !== 1) await process.close(fd);
  await save(shell, 2, undo);
  await process.dup2(1, 2);
}

async function hereDocument(shell: Shell, document: HereDoc): Promise<Fd> {
  const { body, delimiter, operator, closing } = document;
  if (closing === undefined) {
    const at = shell.source.lineOf(document.pos);
    shell.line = shell.source.lineOf(shell.source.text.trimEnd().length);
    await shell.complain(`warning: here-document at line ${at} delimited by end-of-file (wanted \`${delimiter?.value ?? ""}')`);
  }
  const pieces = shell.compiled.plans.hereDoc(body, delimiter?.quoted ?? false, operator === "<<-");
  const text = await expandPieces(shell, pieces);
  return await feed(shell, closing === undefined && text !== "" && !text.endsWith("\n") ? `${text}\n` : text);
}

async function hereString(shell: Shell, string: HereString): Promise<Fd> {
  const text = string.target === undefined ? "" : await expandToText(shell, string.target, "assignment");
  return await feed(shell, `${text}\n`);
}

/** A descriptor from which `text` can be read: a pipe, or an unlinked file for what does not fit into one. */
async function feed(shell: Shell, text: string): Promise<Fd> {
  const { process } = shell;
  const bytes = encode(text);
  if (bytes.length > PIPE_CAPACITY) return await feedFromFile(shell, bytes);
  const ends = await process.pipe();
  if (typeof ends === "number") throw new RedirectionError(`cannot create temp file for here-document: ${strerror(ends)}`);
  const [reader, writer] = ends;
  await writeAll(process, writer, bytes);
  await process.close(writer);
  return reader;
}

async function feedFromFile(shell: Shell, bytes: Uint8Array): Promise<Fd> {
  const { process } = shell;
  const path = `/tmp/sh-thd.${process.pid}.${shell.hereDocuments++}`;
  const writer = await process.open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600);
  const reader = writer < 0 ? writer : await process.open(path, O_RDONLY);
  if (reader < 0) throw new RedirectionError(`cannot create temp file for here-document: ${strerror(reader)}`);
  await process.unlink(path);
  const result = await writeAll(process, writer, bytes);
  await process.close(writer);
  if (result < 0) throw new ExpansionError(`cannot write here-document: ${strerror(result)}`);
  return reader;
}
