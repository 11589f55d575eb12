/**
 * The backslash escapes of prompts: PS1, PS2, PS4 and ${x@P}.
 * Left out: \l names no device, and \! and \# count nothing, for there is no history.
 */
import { rawByte, strftime } from "../lib/index.ts";
import type { Shell } from "./shell.ts";

const VERSION = "5.2";
const PATCH = "15";
const NS_PER_SECOND = 1e9;

const ESCAPE = /\\(?:([0-7]{1,3})|D\{([^}]*)\}|([\s\S]))/g;

/** Escapes that are a moment's date or time, as strftime has them. */
const TIMES: Readonly<Record<string, string>> = { d: "%a %b %d", t: "%H:%M:%S", T: "%I:%M:%S", "@": "%I:%M %p", A: "%H:%M" };

/** A prompt's text with its escapes decoded; the expansions in it are left. */
export function decodePrompt(shell: Shell, text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(ESCAPE, (whole, octal: string | undefined, format: string | undefined, letter: string | undefined) => {
    if (octal !== undefined) return rawByte(Number.parseInt(octal, 8) & 0xff);
    if (format !== undefined) return now(shell, format === "" ? "%X" : format);
    const time = TIMES[letter ?? ""];
    return time === undefined ? (decodeLetter(shell, letter ?? "") ?? whole) : now(shell, time);
  });
}

function now(shell: Shell, format: string): string {
  return strftime(format, { seconds: Math.floor(shell.process.clockRealtime() / NS_PER_SECOND), nanoseconds: 0 });
}

function decodeLetter(shell: Shell, letter: string): string | undefined {
  switch (letter) {
    case "s":
      return shell.name.slice(shell.name.lastIndexOf("/") + 1);
    case "v":
      return VERSION;
    case "V":
      return `${VERSION}.${PATCH}`;
    case "u":
      return "root";
    case "h":
      return shell.process.uname().nodename.replace(/\..*/s, "");
    case "H":
      return shell.process.uname().nodename;
    case "w":
      return directory(shell);
    case "W":
      return baseName(directory(shell));
    case "j":
      return String(shell.jobs.list.length);
    case "$":
      return "#";
    case "!":
      return "1";
    case "#":
      return "0";
    case "a":
      return "\x07";
    case "e":
      return "\x1b";
    case "n":
      return "\n";
    case "r":
      return "\r";
    case "\\":
      return "\\\\";
    case "[":
    case "]":
      return "";
    default:
      return undefined;
  }
}

/** The current directory, with ~ for HOME. */
function directory(shell: Shell): string {
  const home = shell.variables.text("HOME") ?? "";
  const pwd = shell.variables.text("PWD") ?? shell.process.getcwd();
  return home !== "" && (pwd === home || pwd.startsWith(`${home}/`)) ? `~${pwd.slice(home.length)}` : pwd;
}

function baseName(path: string): string {
  return path === "/" ? path : path.slice(path.lastIndexOf("/") + 1);
}
