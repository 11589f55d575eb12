/** strftime(3) as date(1) has it, for UTC and the C locale: conversions, the flags - _ 0 ^ #, and a width. */
import type { Process } from "../../syscall/index.ts";

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

const CONVERSION = /%([-_0^#]*)(\d*)(:{0,3}z|[EO]?[a-zA-Z%])/g;

/** A moment: whole seconds since the epoch and nanoseconds within the second. */
export interface Moment {
  readonly seconds: number;
  readonly nanoseconds: number;
}

export function momentOf(epochNs: number): Moment {
  const seconds = Math.floor(epochNs / 1e9);
  return { seconds, nanoseconds: Math.max(0, Math.round(epochNs - seconds * 1e9)) };
}

/** When the machine was booted, ns since the epoch. Both clocks are too large for exact nanoseconds, their difference is not. */
export function bootTime(process: Process): number {
  return Math.round((process.clockRealtime() - process.clockMonotonic()) / 1e6) * 1e6;
}

/** A number to be padded to a width, with zeros or spaces. */
interface Padded {
  readonly value: number;
  readonly width: number;
  readonly pad: "0" | " ";
}

export function strftime(format: string, moment: Moment): string {
  return format.replace(CONVERSION, (all: string, flags: string, width: string, conversion: string) => {
    if (conversion === "N") return fraction(moment.nanoseconds, width === "" ? null : Number(width));
    const found = convert(conversion.replace(/^[EO]/, ""), moment);
    return found === null ? all : dress(found, flags, width === "" ? null : Number(width));
  });
}

/** Digits behind the decimal point: a width cuts them. */
function fraction(nanoseconds: number, wanted: number | null): string {
  return String(nanoseconds)
    .padStart(9, "0")
    .slice(0, wanted ?? 9)
    .padEnd(wanted ?? 9, "0");
}

function dress(found: string | Padded, flags: string, wanted: number | null): string {
  const style = /[-_0](?=[^-_0]*$)/.exec(flags)?.[0];
  if (typeof found === "string") {
    const cased = flags.includes("^") ? found.toUpperCase() : flags.includes("#") ? swapCase(found) : found;
    return wanted === null ? cased : cased.padStart(wanted, style === "0" ? "0" : " ");
  }
  const pad = style === "_" ? " " : style === "0" ? "0" : found.pad;
  return style === "-" ? String(found.value) : String(found.value).padStart(wanted ?? found.width, pad);
}

function swapCase(text: string): string {
  return text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase();
}

function convert(conversion: string, { seconds, nanoseconds }: Moment): string | Padded | null {
  const date = new Date(seconds * 1000);
  const whole = (format: string): string => strftime(format, { seconds, nanoseconds });
  return named(conversion, date) ?? composed(conversion, whole) ?? numeric(conversion, date, seconds);
}

function named(conversion: string, date: Date): string | null {
  const [day, month] = [DAYS[date.getUTCDay()] ?? "", MONTHS[date.getUTCMonth()] ?? ""];
  const half = date.getUTCHours() < 12 ? "AM" : "PM";
  const texts: Readonly<Record<string, string>> = {
    ...{ a: day.slice(0, 3), A: day, b: month.slice(0, 3), B: month, h: month.slice(0, 3) },
    ...{
      p: half,
      P: half.toLowerCase(),
      n: "\n",
      t: "\t",
      "%": "%",
      Z: "UTC",
      z: "+0000",
      ":z": "+00:00",
      "::z": "+00:00:00",
      ":::z": "+00",
    },
  };
  return texts[conversion] ?? null;
}

function composed(conversion: string, whole: (format: string) => string): string | null {
  const formats: Readonly<Record<string, string>> = {
    ...{ c: "%a %b %e %H:%M:%S %Y", D: "%m/%d/%y", x: "%m/%d/%y", F: "%Y-%m-%d" },
    ...{ r: "%I:%M:%S %p", R: "%H:%M", T: "%H:%M:%S", X: "%H:%M:%S" },
  };
  const format = formats[conversion];
  return format === undefined ? null : whole(format);
}

function numeric(conversion: string, date: Date, seconds: number): string | Padded | null {
  const year = date.getUTCFullYear();
  const yearDay = Math.floor((Date.UTC(year, date.getUTCMonth(), date.getUTCDate()) - Date.UTC(year, 0, 1)) / 86_400_000);
  const weekDay = date.getUTCDay();
  const hour12 = date.getUTCHours() % 12 === 0 ? 12 : date.getUTCHours() % 12;
  const [isoYear, isoWeek] = isoWeekOf(date);
  const fields: Readonly<Record<string, readonly [value: number, width: number, pad: "0" | " "]>> = {
    ...{ C: [Math.floor(year / 100), 2, "0"], Y: [year, 1, "0"], y: [year % 100, 2, "0"], m: [date.getUTCMonth() + 1, 2, "0"] },
    ...{
      d: [date.getUTCDate(), 2, "0"],
      e: [date.getUTCDate(), 2, " "],
      j: [yearDay + 1, 3, "0"],
      q: [Math.floor(date.getUTCMonth() / 3) + 1, 1, "0"],
    },
    ...{ H: [date.getUTCHours(), 2, "0"], k: [date.getUTCHours(), 2, " "], I: [hour12, 2, "0"], l: [hour12, 2, " "] },
    ...{ M: [date.getUTCMinutes(), 2, "0"], S: [date.getUTCSeconds(), 2, "0"], s: [seconds, 1, "0"] },
    ...{
      u: [weekDay === 0 ? 7 : weekDay, 1, "0"],
      w: [weekDay, 1, "0"],
      G: [isoYear, 1, "0"],
      g: [isoYear % 100, 2, "0"],
      V: [isoWeek, 2, "0"],
    },
    ...{ U: [Math.floor((yearDay + 7 - weekDay) / 7), 2, "0"], W: [Math.floor((yearDay + 7 - ((weekDay + 6) % 7)) / 7), 2, "0"] },
  };
  const field = fields[conversion];
  return field === undefined ? null : { value: field[0], width: field[1], pad: field[2] };
}

/** ISO 8601: the week's year is that of its Thursday. */
function isoWeekOf(date: Date): readonly [year: number, week: number] {
  const thursday = new Date(date.getTime() + (3 - ((date.getUTCDay() + 6) % 7)) * 86_400_000);
  const year = thursday.getUTCFullYear();
  return [year, Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * 86_400_000)) + 1];
}
