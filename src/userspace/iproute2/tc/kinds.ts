/** Models the kinds of tc (q_mqprio.c, q_fifo.c of iproute2 6.1.0): what stands behind a kind, and how its options are printed. */
import { TC_MQPRIO_QOPT_LEN, TC_QOPT_MAX_QUEUE, viewOf } from "../../../netlink/index.ts";
import type { Output } from "../output.ts";
import type { Words } from "../words.ts";

/** Kinds that can be given their name alone. */
export const PLAIN_KINDS = ["mq", "pfifo_fast"];

/** Where struct tc_mqprio_qopt has its parts: num_tc u8, prio_tc_map u8[16], hw u8, count u16[16], offset u16[16] */
const MAP = 1;
const HW = 17;
const COUNT = 18;
const OFFSET = 50;

/** What is meant if a part is not given: eight classes of traffic, in hardware. */
const DEFAULT_MAP = [0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 1, 1, 3, 3, 3, 3];

function small(word: string | undefined, limit: number): number | null {
  const value = word !== undefined && /^(0x[0-9a-fA-F]+|\d+)$/.test(word) ? Number(word) : Number.NaN;
  return value <= limit ? value : null;
}

/** mqprio_parse_opt(): the structure, or the word that is not modelled or not understood. */
export function parseMqprio(words: Words): Uint8Array | string {
  const options = new Uint8Array(TC_MQPRIO_QOPT_LEN);
  options.set([8, ...DEFAULT_MAP, 1]);
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === "map") takeMap(options, words);
    else if (word === "queues") takeQueues(options, words);
    else if (word === "num_tc" || word === "hw") {
      const value = small(words.next(), word === "hw" ? 255 : TC_QOPT_MAX_QUEUE);
      if (value === null) return word;
      options[word === "hw" ? HW : 0] = value;
    } else return word;
  }
  return options;
}

/** The class of traffic of each priority, as far as there are numbers; the others are of the first one. */
function takeMap(options: Uint8Array, words: Words): void {
  options.fill(0, MAP, MAP + TC_QOPT_MAX_QUEUE);
  for (let at = 0; at < TC_QOPT_MAX_QUEUE; at++) {
    const value = small(words.word, 255);
    if (value === null) return;
    words.next();
    options[MAP + at] = value;
  }
}

/** COUNT@OFFSET of each class of traffic. */
function takeQueues(options: Uint8Array, words: Words): void {
  const view = viewOf(options);
  for (let at = 0; at < TC_QOPT_MAX_QUEUE; at++) {
    const [, count, offset] = /^(\d+)@(\d+)$/.exec(words.word ?? "") ?? [];
    if (count === undefined) return;
    words.next();
    view.setUint16(COUNT + 2 * at, Number(count), true);
    view.setUint16(OFFSET + 2 * at, Number(offset), true);
  }
}

/** What a kind prints of its options. */
export function printOptions(output: Output, kind: string, options: Uint8Array | undefined): void {
  if (kind === "ingress") output.text("---------------- ");
  if (options === undefined) return;
  if (kind === "pfifo_fast") printPrio(output, options);
  if (kind === "mqprio") printMqprio(output, options);
}

function printPrio(output: Output, options: Uint8Array): void {
  const bands = viewOf(options).getUint32(0, true);
  output.field("bands", `bands ${bands} `, bands);
  output.text("priomap");
  output.openArray("priomap");
  for (const band of options.subarray(4, 20)) output.item(` ${band}`, band);
  output.closeArray();
  output.jsonField("multiqueue", false);
}

function printMqprio(output: Output, options: Uint8Array): void {
  const view = viewOf(options);
  const classes = view.getUint8(0);
  output.field("tc", `tc ${classes} `, classes);
  output.text("map ");
  output.openArray("map");
  for (const tc of options.subarray(MAP, MAP + TC_QOPT_MAX_QUEUE)) output.item(`${tc} `, tc);
  output.closeArray();
  output.text("\n             queues:");
  output.openArray("queues");
  for (let tc = 0; tc < classes; tc++) {
    const first = view.getUint16(OFFSET + 2 * tc, true);
    const last = first + view.getUint16(COUNT + 2 * tc, true) - 1;
    output.openArray();
    output.item(`(${first}:`, first);
    output.item(`${last}) `, last);
    output.closeArray();
  }
  output.closeArray();
}
