/** Proves the log ring, warnings as the kernel prints them, and reference counts that report instead of wrapping. */
import { describe, expect, test } from "vitest";
import { Kernel, type KernelEvent, pr_emerg, pr_err, pr_info, pr_warn, printk, refcount_t, WARN_ON } from "../../src/kernel/index.ts";
import { play } from "./play.ts";

describe("printk", () => {
  test("keeps level, virtual time and text; a newline begins a new record", () => {
    const kernel = new Kernel();
    pr_info(kernel, "one");
    kernel.clock.advance(1500);
    printk(kernel, 4, "two\nthree");
    pr_err(kernel, "four");
    pr_warn(kernel, "five");
    pr_emerg(kernel, "six");
    expect(kernel.log.lines).toEqual([
      { level: 6, time: 0, text: "one" },
      { level: 4, time: 1500, text: "two" },
      { level: 4, time: 1500, text: "three" },
      { level: 3, time: 1500, text: "four" },
      { level: 4, time: 1500, text: "five" },
      { level: 0, time: 1500, text: "six" },
    ]);
    kernel.log.clear();
    expect(kernel.log.lines).toEqual([]);
    pr_info(kernel, "seven");
    expect(kernel.log.lines.map(({ text }) => text)).toEqual(["seven"]);
    expect([kernel.log.firstSeq, kernel.log.clearSeq, kernel.log.nextSeq, kernel.log.at(0)?.text]).toEqual([0, 6, 7, "one"]);
  });

  test("drops the oldest records when the ring is full", () => {
    const kernel = new Kernel();
    for (let i = 0; i < 2000; i++) pr_info(kernel, `${i}`.padStart(100, "."));
    const kept = kernel.log.lines.map((line) => Number(line.text.replaceAll(".", "")));
    expect([kept[0], kept.at(-1), kept.length]).toEqual([690, 1999, 1310]);
    expect([kernel.log.firstSeq, kernel.log.nextSeq, kernel.log.at(689), kernel.log.at(690)]).toMatchObject([690, 2000, undefined, {}]);
  });

  test("is an event for readers", () => {
    const kernel = new Kernel();
    const seen: KernelEvent[] = [];
    const reader = { event: (event: KernelEvent) => void seen.push(event) };
    kernel.events.attach(reader);
    pr_info(kernel, "seen");
    kernel.events.detach(reader);
    pr_info(kernel, "not seen");
    expect(seen).toEqual([{ type: "printk", level: 6, text: "seen" }]);
  });
});

describe("WARN_ON", () => {
  test("reports only what holds, with the stack innermost first", async () => {
    const { kernel, log } = await play(({ log }) => ({
      task: async (current) => {
        const inner = current.enter("outer").enter("inner");
        log.push(`${WARN_ON(inner, false, "fine")} ${WARN_ON(inner, true, "not fine")}`);
      },
    }));
    expect(log).toEqual(["false true"]);
    expect(kernel.bugs).toEqual([{ kind: "warn", text: "not fine" }]);
    expect(kernel.log.lines.map((line) => line.text)).toEqual([
      "------------[ cut here ]------------",
      "not fine",
      "WARNING: CPU: 0 PID: 1 at inner",
      "CPU: 0 PID: 1 Comm: task Not tainted 5.10.0",
      "Call Trace:",
      " inner",
      " outer",
      "---[ end trace ]---",
    ]);
  });
});

describe("refcount_t", () => {
  test("reports use after free and underflow, and stays at zero", async () => {
    const { kernel, log } = await play(({ log }) => ({
      task: async (current) => {
        const ref = new refcount_t("net->count");
        ref.inc(current);
        log.push(`${ref.value} ${ref.dec_and_test(current)} ${ref.dec_and_test(current)} ${ref.value}`);
        log.push(`${ref.inc_not_zero(current)} ${ref.value}`);
        log.push(`${ref.dec_and_test(current)} ${ref.value}`);
        ref.inc(current);
      },
    }));
    expect(log).toEqual(["2 false true 0", "false 0", "false 0"]);
    expect(kernel.bugs).toEqual([
      { kind: "refcount", text: "refcount_t: underflow; use-after-free. (net->count)" },
      { kind: "use-after-free", text: "refcount_t: addition on 0; use-after-free. (net->count)" },
    ]);
  });
});
