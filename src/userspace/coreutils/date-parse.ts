/**
 * Dates as GNU date(1) takes them with -d (gnulib parse-datetime), in UTC: calendar dates, times of day, zones, days of the week,
 * "@SECONDS", and everything relative. Left out: time zones of other names than those of the table, and TZ="...".
 */
import type { Moment } from "../lib/index.ts";

type Token =
  | {
      readonly kind: "number";
      readonly value: number;
      readonly digits: number;
      readonly sign: "" | "+" | "-";
      readonly nanoseconds: number | null;
    }
  | { readonly kind: "word"; readonly text: string }
  | { readonly kind: "mark"; readonly text: string };

type NumberToken = Extract<Token, { kind: "number" }>;

const MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
const DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const DAY_NAMES: Readonly<Record<string, number>> = { tues: 2, wednes: 3, thur: 4, thurs: 4 };
const ORDINALS: Readonly<Record<string, number>> = {
  ...{ last: -1, this: 0, next: 1, first: 1, third: 3, fourth: 4, fifth: 5, sixth: 6, seventh: 7 },
  ...{ eighth: 8, ninth: 9, tenth: 10, eleventh: 11, twelfth: 12 },
};

/** Units by name: what they count, and how much of it. */
const UNITS: Readonly<Record<string, readonly [field: keyof Relative, factor: number]>> = {
  ...{ year: ["years", 1], month: ["months", 1], fortnight: ["days", 14], week: ["days", 7], day: ["days", 1] },
  ...{ hour: ["seconds", 3600], minute: ["seconds", 60], min: ["seconds", 60], second: ["seconds", 1], sec: ["seconds", 1] },
};

const NAMED_DAYS: Readonly<Record<string, number>> = { tomorrow: 1, yesterday: -1, today: 0, now: 0 };

/** Minutes east of Greenwich. */
const ZONES: Readonly<Record<string, number>> = {
  ...{ utc: 0, ut: 0, gmt: 0, z: 0, wet: 0, west: 60, bst: 60, cet: 60, met: 60, cest: 120, mest: 120, eet: 120, eest: 180 },
  ...{ msk: 180, msd: 240, ist: 330, sgt: 480, jst: 540, kst: 540, est: -300, edt: -240, cst: -360, cdt: -300, mst: -420, mdt: -360 },
  ...{ pst: -480, pdt: -420, akst: -540, akdt: -480, hst: -600, nzst: 720, nzdt: 780, art: -180, brt: -180, clt: -240 },
};

interface Relative {
  years: number;
  months: number;
  days: number;
  seconds: number;
}

class Wrong extends Error {}

/** The moment that `text` means at `now`; null if it is no date. */
export function parseDate(text: string, now: Moment): Moment | null {
  try {
    return new DateParser(tokensOf(text), now).parse();
  } catch (thrown) {
    if (thrown instanceof Wrong) return null;
    throw thrown;
  }
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const pieces = /\s+|\([^)]*\)|([-+])?\s*(\d+)(?:[.,](\d+))?|([A-Za-z]+\.?(?:[A-Za-z]+\.?)*)|(.)/gs;
  for (const [, sign, digits, fraction, word, mark] of text.matchAll(pieces)) {
    if (digits !== undefined) {
      const nanoseconds = fraction === undefined ? null : Number(fraction.padEnd(9, "0").slice(0, 9));
      tokens.push({ kind: "number", value: Number(digits), digits: digits.length, sign: (sign ?? "") as "", nanoseconds });
    } else if (word !== undefined) tokens.push({ kind: "word", text: word.toLowerCase().replaceAll(".", "") });
    else if (mark !== undefined && mark !== ",") tokens.push({ kind: "mark", text: mark });
  }
  return tokens;
}

class DateParser {
  private readonly tokens: readonly Token[];
  private readonly now: Moment;
  private at = 0;
  private date: { year: number | null; month: number; day: number } | null = null;
  private time: { seconds: number; nanoseconds: number } | null = null;
  private weekday: { ordinal: number; number: number } | null = null;
  private zone: number | null = null;
  private readonly relative: Relative = { years: 0, months: 0, days: 0, seconds: 0 };
  private relativeNs = 0;
  private hasRelative = false;

  constructor(tokens: readonly Token[], now: Moment) {
    this.tokens = tokens;
    this.now = now;
  }

  parse(): Moment {
    const [at, seconds] = this.tokens;
    if (at?.kind === "mark" && at.text === "@" && seconds?.kind === "number" && this.tokens.length === 2) return sinceEpoch(seconds);
    while (this.at < this.tokens.length) this.item();
    return this.moment();
  }

  private peek(ahead = 0): Token | undefined {
    return this.tokens[this.at + ahead];
  }

  private number(ahead: number, sign?: "" | "+" | "-"): NumberToken | null {
    const token = this.peek(ahead);
    return token?.kind === "number" && (sign === undefined || token.sign === sign) ? token : null;
  }

  private word(ahead: number): string | null {
    const token = this.peek(ahead);
    return token?.kind === "word" ? token.text : null;
  }

  private mark(ahead: number, text: string): boolean {
    const token = this.peek(ahead);
    return token?.kind === "mark" && token.text === text;
  }

  private item(): void {
    const token = this.peek();
    if (token === undefined) return;
    if (token.kind === "mark") throw new Wrong();
    if (token.kind === "word") {
      this.wordItem(token.text);
      return;
    }
    if (this.timeOfDay(token) || this.unitAt(1, token) || this.dateOfNumbers(token)) return;
    if (token.sign !== "" || token.nanoseconds !== null) throw new Wrong();
    this.at++;
    this.pureNumber(token);
  }

  /** `10:30`, `10:30:15.5`, `10 pm`, each with a zone behind it. */
  private timeOfDay(hour: NumberToken): boolean {
    if (hour.sign !== "" || hour.nanoseconds !== null) return false;
    const minute = this.mark(1, ":") ? this.number(2, "") : null;
    const second = minute !== null && minute.nanoseconds === null && this.mark(3, ":") ? this.number(4, "") : null;
    const length = second !== null ? 5 : minute !== null ? 3 : 1;
    const half = this.word(length);
    const meridian = half === "am" || half === "pm" ? half : null;
    if (minute === null && meridian === null) return false;
    if (this.time !== null) throw new Wrong();
    this.at += length + Number(meridian !== null);
    const hours = meridian === null ? hour.value : hourOf(hour.value, meridian);
    const [minutes, seconds] = [minute?.value ?? 0, second?.value ?? 0];
    if (hours > 23 || minutes > 59 || seconds > 60) throw new Wrong();
    this.time = { seconds: hours * 3600 + minutes * 60 + seconds, nanoseconds: second?.nanoseconds ?? 0 };
    if (meridian === null) this.zoneOffset();
    return true;
  }

  /** `+02:00`, `+0200`, `+2` right behind a time, whatever follows. */
  private zoneOffset(): boolean {
    const hours = this.number(0);
    if (hours === null || hours.sign === "") return false;
    const minutes = this.mark(1, ":") ? this.number(2, "") : null;
    this.at += minutes === null ? 1 : 3;
    const east =
      minutes !== null
        ? hours.value * 60 + minutes.value
        : hours.digits <= 2
          ? hours.value * 60
          : Math.floor(hours.value / 100) * 60 + (hours.value % 100);
    if (east > 24 * 60) throw new Wrong();
    this.setZone((hours.sign === "-" ? -1 : 1) * east + (this.zone ?? 0));
    return true;
  }

  private setZone(minutes: number): void {
    this.zone = minutes;
  }

  /** `3 days`, `-2 hours ago`, `2 monday`. */
  private unitAt(ahead: number, count: NumberToken): boolean {
    const word = this.word(ahead);
    if (word === null) return false;
    const value = count.sign === "-" ? -count.value : count.value;
    const unit = unitOf(word);
    if (unit !== null) {
      this.at += ahead + 1;
      this.addRelative(unit, value, (count.nanoseconds ?? 0) * (count.sign === "-" ? -1 : 1));
      return true;
    }
    const day = count.sign === "" ? dayOf(word) : null;
    if (day === null) return false;
    this.at += ahead + 1;
    this.setWeekday(value, day);
    return true;
  }

  private addRelative([field, factor]: (typeof UNITS)[string], count: number, nanoseconds: number): void {
    const direction = this.word(0) === "ago" ? -1 : 1;
    if (this.word(0) === "ago" || this.word(0) === "hence") this.at++;
    if (nanoseconds !== 0 && (field !== "seconds" || factor !== 1)) throw new Wrong();
    this.relative[field] += direction * factor * count;
    this.relativeNs += direction * nanoseconds;
    this.hasRelative = true;
  }

  private setWeekday(ordinal: number, number: number): void {
    if (this.weekday !== null) throw new Wrong();
    this.weekday = { ordinal, number };
  }

  private setDate(year: NumberToken | null, month: number, day: number, length: number): true {
    if (this.date !== null) throw new Wrong();
    this.at += length;
    this.date = { year: year === null ? null : yearOf(year), month, day };
    return true;
  }

  /** `2024-01-31`, `1/31/2024`, `2024/1/31`, `31 jan 2024`, `31-jan-2024`. */
  private dateOfNumbers(first: NumberToken): boolean {
    if (first.sign !== "" || first.nanoseconds !== null) return false;
    const [second, third] = [this.number(1, "-"), this.number(2, "-")];
    if (second !== null && third !== null) return this.setDate(first, second.value, third.value, 3);
    if (this.mark(1, "/")) return this.dateOfSlashes(first);
    const dashed = this.mark(1, "-");
    const month = monthOf(this.word(dashed ? 2 : 1));
    if (month === null) return false;
    if (dashed) {
      const year = this.number(3, "-");
      if (year === null) throw new Wrong();
      return first.digits > 2 ? this.setDate(first, month, year.value, 4) : this.setDate(year, month, first.value, 4);
    }
    const signed = this.number(2, "-");
    const year = signed ?? (this.number(2, "") !== null && !this.beginsOther(2) ? this.number(2, "") : null);
    return this.setDate(year, month, first.value, year === null ? 2 : 3);
  }

  private dateOfSlashes(first: NumberToken): boolean {
    const second = this.number(2, "");
    if (second === null) throw new Wrong();
    const third = this.mark(3, "/") ? this.number(4, "") : null;
    if (third === null) return this.setDate(null, first.value, second.value, 3);
    return first.digits >= 4 ? this.setDate(first, second.value, third.value, 5) : this.setDate(third, first.value, second.value, 5);
  }

  /** Whether the number there begins a time or counts a unit. */
  private beginsOther(ahead: number): boolean {
    const word = this.word(ahead + 1);
    return this.mark(ahead + 1, ":") || (word !== null && (unitOf(word) !== null || word === "am" || word === "pm"));
  }

  private wordItem(word: string): void {
    const named = NAMED_DAYS[word];
    const month = monthOf(word);
    const [day, ordinal, unit] = [dayOf(word), ORDINALS[word], unitOf(word)];
    if (word === "t" && this.date !== null && this.time === null) this.at++;
    else if (named !== undefined) {
      this.at++;
      this.relative.days += named;
      this.hasRelative = true;
    } else if (month !== null) this.monthFirst(month);
    else if (day !== null) {
      this.at++;
      this.setWeekday(0, day);
    } else if (ordinal !== undefined) this.ordinal(ordinal);
    else if (unit !== null) {
      this.at++;
      this.addRelative(unit, 1, 0);
    } else this.zoneName(word);
  }

  /** `jan 31`, `jan 31 2024`, `jan-31-2024`. */
  private monthFirst(month: number): void {
    const [dashedDay, dashedYear] = [this.number(1, "-"), this.number(2, "-")];
    if (dashedDay !== null && dashedYear !== null) {
      this.setDate(dashedYear, month, dashedDay.value, 3);
      return;
    }
    const day = this.number(1, "");
    if (day === null) throw new Wrong();
    const year = this.number(2, "");
    const withYear = year !== null && !this.beginsOther(2) && year.digits > 2;
    this.setDate(withYear ? year : null, month, day.value, withYear ? 3 : 2);
  }

  /** `next monday`, `last month`. */
  private ordinal(ordinal: number): void {
    const word = this.word(1) ?? "";
    const [unit, day] = [unitOf(word), dayOf(word)];
    if (unit === null && day === null) throw new Wrong();
    this.at += 2;
    if (day !== null) this.setWeekday(ordinal, day);
    else if (unit !== null) this.addRelative(unit, ordinal, 0);
  }

  private zoneName(word: string): void {
    const military = /^[a-ik-z]$/.test(word) ? militaryZone(word) : null;
    const minutes = ZONES[word] ?? military;
    if (minutes === null || minutes === undefined || this.zone !== null) throw new Wrong();
    this.at++;
    this.setZone(minutes);
    const unit = this.word(1);
    if (unit !== null && unitOf(unit) !== null) return;
    this.zoneOffset();
  }

  /** A number of its own: the year of a date that has none, a date of eight digits, or a time of day. */
  private pureNumber({ value, digits }: NumberToken): void {
    if (this.date !== null && this.date.year === null && !this.hasRelative && (this.time !== null || digits > 2)) {
      this.date.year = yearOf({ value, digits });
    } else if (digits > 4) {
      if (this.date !== null) throw new Wrong();
      this.date = { year: Math.floor(value / 10_000), month: Math.floor(value / 100) % 100, day: value % 100 };
    } else {
      if (this.time !== null) throw new Wrong();
      const [hours, minutes] = digits <= 2 ? [value, 0] : [Math.floor(value / 100), value % 100];
      if (hours > 23 || minutes > 59) throw new Wrong();
      this.time = { seconds: hours * 3600 + minutes * 60, nanoseconds: 0 };
    }
  }

  private moment(): Moment {
    const today = new Date((this.now.seconds + (this.zone ?? 0) * 60) * 1000);
    const { date, time, weekday, relative } = this;
    const year = date?.year ?? today.getUTCFullYear();
    const [month, day] = date === null ? [today.getUTCMonth() + 1, today.getUTCDate()] : [date.month, date.day];
    if (date !== null && new Date(Date.UTC(year, month - 1, day)).getUTCDate() !== day) throw new Wrong();
    if (month < 1 || month > 12) throw new Wrong();
    const midnight = date !== null || weekday !== null || (!this.hasRelative && this.zone === null);
    const clock = today.getUTCHours() * 3600 + today.getUTCMinutes() * 60 + today.getUTCSeconds();
    const ofDay = time?.seconds ?? (midnight ? 0 : clock);
    const nanoseconds = time?.nanoseconds ?? (midnight ? 0 : this.now.nanoseconds);
    let start = Date.UTC(year, month - 1, day);
    if (weekday !== null && date === null) start += daysTo(weekday, new Date(start).getUTCDay()) * 86_400_000;
    const from = new Date(start);
    const moved = Date.UTC(from.getUTCFullYear() + relative.years, from.getUTCMonth() + relative.months, from.getUTCDate() + relative.days);
    const ns = nanoseconds + this.relativeNs;
    const carry = Math.floor(ns / 1e9);
    return { seconds: moved / 1000 + ofDay + relative.seconds + carry - (this.zone ?? 0) * 60, nanoseconds: ns - carry * 1e9 };
  }
}

function sinceEpoch({ value, sign, nanoseconds }: NumberToken): Moment {
  const ns = nanoseconds ?? 0;
  if (sign !== "-") return { seconds: value, nanoseconds: ns };
  return ns === 0 ? { seconds: -value, nanoseconds: 0 } : { seconds: -value - 1, nanoseconds: 1e9 - ns };
}

/** How many days there are from one weekday to the asked one: with an ordinal of 0 the next such day, which may be today. */
function daysTo({ ordinal, number }: { readonly ordinal: number; readonly number: number }, today: number): number {
  return ((number - today + 7) % 7) + 7 * (ordinal - Number(ordinal > 0 && today !== number));
}

function hourOf(hour: number, meridian: "am" | "pm"): number {
  if (hour < 1 || hour > 12) throw new Wrong();
  return (hour % 12) + (meridian === "pm" ? 12 : 0);
}

function yearOf({ value, digits }: { readonly value: number; readonly digits: number }): number {
  return digits === 2 ? value + (value < 69 ? 2000 : 1900) : value;
}

function monthOf(word: string | null): number | null {
  if (word === null || word.length < 3) return null;
  const at = MONTHS.findIndex((month) => month === word || month.slice(0, 3) === word || (word === "sept" && month === "september"));
  return at < 0 ? null : at + 1;
}

function dayOf(word: string): number | null {
  const at = DAYS.findIndex((day) => day === word || day.slice(0, 3) === word);
  return at < 0 ? (DAY_NAMES[word] ?? null) : at;
}

function unitOf(word: string): (typeof UNITS)[string] | null {
  return UNITS[word] ?? UNITS[word.replace(/s$/, "")] ?? null;
}

/** A to I are the hours 1 to 9 east, K to M 10 to 12; N to Y 1 to 12 west. */
function militaryZone(letter: string): number {
  const at = "abcdefghiklm".indexOf(letter);
  return at >= 0 ? (at + 1) * 60 : -("nopqrstuvwxy".indexOf(letter) + 1) * 60;
}
