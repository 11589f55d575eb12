/** Models ethtool --show-fec and --set-fec (netlink/fec.c of ethtool 6.1). Left out: statistics. */
import {
  Attributes,
  type AttributeWriter,
  ETH_SS_LINK_MODES,
  ETHTOOL_A_BITSET_BIT_INDEX,
  ETHTOOL_A_BITSET_BIT_NAME,
  ETHTOOL_A_BITSET_BITS,
  ETHTOOL_A_BITSET_BITS_BIT,
  ETHTOOL_A_BITSET_NOMASK,
  ETHTOOL_A_FEC_ACTIVE,
  ETHTOOL_A_FEC_AUTO,
  ETHTOOL_A_FEC_MODES,
  ETHTOOL_A_STRING_INDEX,
  ETHTOOL_A_STRING_VALUE,
  ETHTOOL_A_STRINGS_STRING,
  ETHTOOL_A_STRINGSET_ID,
  ETHTOOL_A_STRINGSET_STRINGS,
  ETHTOOL_A_STRINGSETS_STRINGSET,
  ETHTOOL_A_STRSET_STRINGSETS,
  ETHTOOL_LINK_MODE_FEC_BASER_BIT,
  ETHTOOL_LINK_MODE_FEC_NONE_BIT,
  ETHTOOL_MSG_FEC_GET,
  ETHTOOL_MSG_FEC_SET,
  ETHTOOL_MSG_STRSET_GET,
  NLM_F_ACK,
} from "../../../netlink/index.ts";
import { type GenlFamily, parseGenl } from "../genl.ts";
import { Output } from "../output.ts";
import { type Command, change, unexpected } from "./command.ts";
import type { Handler } from "./parser.ts";
import { ask, openFamily, putHeader } from "./request.ts";

export const showFec: Command = async (invocation) => {
  if (await unexpected(invocation)) return 1;
  const { tool, device, json } = invocation;
  const output = new Output((text) => tool.out(text), { json, pretty: true });
  const family = await openFamily(tool);
  output.openArray();
  const answer = family === null ? null : await ask(tool, family, ETHTOOL_MSG_FEC_GET, device);
  if (family !== null && answer !== null) print(output, device, answer, await linkModeNames(family));
  output.closeArray();
  output.finish();
  return answer === null ? 1 : 0;
};

/** global_stringset(): the names of the link modes by their bits, from the kernel. */
async function linkModeNames(family: GenlFamily): Promise<ReadonlyMap<number, string>> {
  const request = (w: AttributeWriter): void => {
    putHeader(w, null);
    const set = (nest: AttributeWriter) => void nest.u32(ETHTOOL_A_STRINGSET_ID, ETH_SS_LINK_MODES);
    w.nest(ETHTOOL_A_STRSET_STRINGSETS, (sets) => void sets.nest(ETHTOOL_A_STRINGSETS_STRINGSET, set, true), true);
  };
  const { messages } = await family.request(ETHTOOL_MSG_STRSET_GET, NLM_F_ACK, request);
  const names = new Map<number, string>();
  for (const message of messages) {
    const sets = parseGenl(message)?.attributes.nested(ETHTOOL_A_STRSET_STRINGSETS);
    const strings = sets?.nested(ETHTOOL_A_STRINGSETS_STRINGSET)?.nested(ETHTOOL_A_STRINGSET_STRINGS);
    for (const value of strings?.all(ETHTOOL_A_STRINGS_STRING) ?? []) {
      const string = Attributes.parse(value);
      const index = string?.u32(ETHTOOL_A_STRING_INDEX);
      if (index !== undefined) names.set(index, string?.string(ETHTOOL_A_STRING_VALUE) ?? "");
    }
  }
  return names;
}

/** fec_mode_walk(): two have other names here than as link modes. */
function modeName(index: number, name: string): string {
  if (index === ETHTOOL_LINK_MODE_FEC_NONE_BIT) return "Off";
  return index === ETHTOOL_LINK_MODE_FEC_BASER_BIT ? "BaseR" : name;
}

function print(output: Output, device: string, answer: Attributes, names: ReadonlyMap<number, string>): void {
  const configured: string[] = [];
  if (answer.u8(ETHTOOL_A_FEC_AUTO) === 1) configured.push("Auto");
  for (const value of answer.nested(ETHTOOL_A_FEC_MODES)?.nested(ETHTOOL_A_BITSET_BITS)?.all(ETHTOOL_A_BITSET_BITS_BIT) ?? []) {
    const bit = Attributes.parse(value);
    configured.push(modeName(bit?.u32(ETHTOOL_A_BITSET_BIT_INDEX) ?? -1, bit?.string(ETHTOOL_A_BITSET_BIT_NAME) ?? ""));
  }
  const active = answer.u32(ETHTOOL_A_FEC_ACTIVE) ?? 0;
  output.openObject();
  output.field("ifname", `FEC parameters for ${device}:\n`, device);
  list(output, "config", "Configured FEC encodings:", configured.length === 0 ? ["None"] : configured);
  list(output, "active", "Active FEC encoding:", [active === 0 ? "None" : modeName(active, names.get(active) ?? `BIT${active}`)]);
  output.closeObject();
}

function list(output: Output, key: string, label: string, modes: readonly string[]): void {
  output.text(label);
  output.openArray(key);
  for (const mode of modes) output.item(` ${mode}`, mode);
  output.closeArray();
  output.text("\n");
}

/** fec_parse_bitset(): all words up to `--` are names of modes, in any case; which of them there are the kernel knows. */
const encoding: Handler = (words, w) => {
  const end = words.indexOf("--");
  const named = (end < 0 ? words : words.slice(0, end)).map((word) => word.toUpperCase());
  const bit = (nest: AttributeWriter, name: string) => void nest.string(ETHTOOL_A_BITSET_BIT_NAME, name === "OFF" ? "None" : name);
  const bits = (nest: AttributeWriter): void => {
    for (const name of named) if (name !== "AUTO") nest.nest(ETHTOOL_A_BITSET_BITS_BIT, (inner) => bit(inner, name), true);
  };
  w.nest(ETHTOOL_A_FEC_MODES, (nest) => void nest.flag(ETHTOOL_A_BITSET_NOMASK).nest(ETHTOOL_A_BITSET_BITS, bits, true), true);
  w.u8(ETHTOOL_A_FEC_AUTO, named.includes("AUTO") ? 1 : 0);
  return end < 0 ? words.length : end + 1;
};

const setEncoding = change("--set-fec", ETHTOOL_MSG_FEC_SET, [{ arg: "encoding", handler: encoding }], 83);

export const setFec: Command = async (invocation) => {
  if (invocation.words.length > 0) return await setEncoding(invocation);
  await invocation.tool.err("ethtool (--set-fec): parameters missing\n");
  return 1;
};
