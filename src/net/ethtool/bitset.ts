/** Models net/ethtool/bitset.c (v6.1): sets of bits in messages, as a list of bits with their names or as words. */
import { EINVAL, EOPNOTSUPP } from "../../kernel/index.ts";
import {
  Attributes,
  type AttributeWriter,
  ETH_GSTRING_LEN,
  ETHTOOL_A_BITSET_BIT_INDEX,
  ETHTOOL_A_BITSET_BIT_NAME,
  ETHTOOL_A_BITSET_BIT_VALUE,
  ETHTOOL_A_BITSET_BITS,
  ETHTOOL_A_BITSET_BITS_BIT,
  ETHTOOL_A_BITSET_MASK,
  ETHTOOL_A_BITSET_NOMASK,
  ETHTOOL_A_BITSET_SIZE,
  ETHTOOL_A_BITSET_VALUE,
  type genl_info,
  NL_SET_ERR_MSG_ATTR,
  viewOf,
} from "../../netlink/index.ts";

/** ethnl_put_bitset() without a mask: the set as a list of its bits, or as words if `compact`. */
export function ethnl_put_bitset(
  w: AttributeWriter,
  attribute: number,
  bits: ReadonlySet<number>,
  names: readonly string[],
  compact: boolean,
): void {
  const fill = (bitset: AttributeWriter): void => {
    bitset.flag(ETHTOOL_A_BITSET_NOMASK).u32(ETHTOOL_A_BITSET_SIZE, names.length);
    if (compact) bitset.bytes(ETHTOOL_A_BITSET_VALUE, wordsOf(bits, names.length));
    else bitset.nest(ETHTOOL_A_BITSET_BITS, (list) => putBits(list, bits, names), true);
  };
  w.nest(attribute, fill, true);
}

function putBits(list: AttributeWriter, bits: ReadonlySet<number>, names: readonly string[]): void {
  for (const [index, name] of names.entries()) {
    if (!bits.has(index)) continue;
    const fill = (bit: AttributeWriter) => void bit.u32(ETHTOOL_A_BITSET_BIT_INDEX, index).string(ETHTOOL_A_BITSET_BIT_NAME, name);
    list.nest(ETHTOOL_A_BITSET_BITS_BIT, fill, true);
  }
}

function wordsOf(bits: ReadonlySet<number>, size: number): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(size / 32) * 4);
  for (const index of bits) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (1 << (index & 7));
  return bytes;
}

function hasBit(words: Uint8Array, index: number): boolean {
  return ((words[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
}

/**
 * ethnl_update_bitset(): changes `bits` as the attribute says. 1 if that changed something, 0, or a negative errno: -EINVAL,
 * -EOPNOTSUPP for a bit that there is not.
 */
export function ethnl_update_bitset(bits: Set<number>, attribute: number, names: readonly string[], info: genl_info): number {
  const nest = info.attrs.bytes(attribute);
  if (nest === undefined) return 0;
  const tb = Attributes.parse(nest);
  if (tb === null) return -EINVAL;
  const list = tb.nested(ETHTOOL_A_BITSET_BITS);
  if (list !== undefined) return updateFromList(bits, tb, list, names, info);
  const err = ethnl_compact_sanity_checks(names.length, nest, tb, info);
  return err < 0 ? err : updateFromWords(bits, tb, names.length);
}

function refuse(info: genl_info, value: Uint8Array | undefined, text: string, errno = EINVAL): number {
  NL_SET_ERR_MSG_ATTR(info.extack, info.nlhdr, value, text);
  return -errno;
}

/** ethnl_update_bitset32_verbose(): without a mask the list is all there is, so the rest is cleared first. */
function updateFromList(bits: Set<number>, tb: Attributes, list: Attributes, names: readonly string[], info: genl_info): number {
  for (const [attribute, what] of [
    [ETHTOOL_A_BITSET_VALUE, "value"],
    [ETHTOOL_A_BITSET_MASK, "mask"],
  ] as const) {
    if (tb.has(attribute)) return refuse(info, tb.bytes(attribute), `${what} only allowed in compact bitset`);
  }
  const noMask = tb.has(ETHTOOL_A_BITSET_NOMASK);
  let mod = false;
  if (noMask) {
    mod = bits.size > 0;
    bits.clear();
  }
  for (const { type, value } of list) {
    if (type !== ETHTOOL_A_BITSET_BITS_BIT) return refuse(info, value, "only ETHTOOL_A_BITSET_BITS_BIT allowed in ETHTOOL_A_BITSET_BITS");
    const bit = Attributes.parse(value);
    if (bit === null) return -EINVAL;
    const index = ethnl_parse_bit(bit, value, names, info);
    if (index < 0) return index;
    const on = noMask || bit.has(ETHTOOL_A_BITSET_BIT_VALUE);
    if (on === bits.has(index)) continue;
    if (on) bits.add(index);
    else bits.delete(index);
    mod = true;
  }
  return mod ? 1 : 0;
}

/** ethnl_parse_bit(): the number of the bit that is named, by number or by name. */
function ethnl_parse_bit(bit: Attributes, nest: Uint8Array, names: readonly string[], info: genl_info): number {
  const index = bit.u32(ETHTOOL_A_BITSET_BIT_INDEX);
  const name = bit.string(ETHTOOL_A_BITSET_BIT_NAME);
  if (index !== undefined) {
    if (index >= names.length) return refuse(info, bit.bytes(ETHTOOL_A_BITSET_BIT_INDEX), "bit index too high", EOPNOTSUPP);
    if (name !== undefined && name !== names[index]) return refuse(info, nest, "bit index and name mismatch");
    return index;
  }
  if (name === undefined) return refuse(info, nest, "neither bit index nor name specified");
  const found = names.findIndex((known) => known === name && name.length <= ETH_GSTRING_LEN);
  return found >= 0 ? found : refuse(info, bit.bytes(ETHTOOL_A_BITSET_BIT_NAME), "bit name not found", EOPNOTSUPP);
}

function ethnl_compact_sanity_checks(nbits: number, nest: Uint8Array, tb: Attributes, info: genl_info): number {
  const noMask = tb.has(ETHTOOL_A_BITSET_NOMASK);
  const mask = tb.bytes(ETHTOOL_A_BITSET_MASK);
  const size = tb.u32(ETHTOOL_A_BITSET_SIZE);
  const value = tb.bytes(ETHTOOL_A_BITSET_VALUE);
  if (noMask && mask !== undefined) return refuse(info, mask, "mask not allowed in list bitset");
  if (size === undefined) return refuse(info, nest, "missing size in compact bitset");
  if (value === undefined) return refuse(info, nest, "missing value in compact bitset");
  if (!noMask && mask === undefined) return refuse(info, nest, "missing mask in compact nonlist bitset");
  const bytes = Math.ceil(size / 32) * 4;
  if (value.length !== bytes) return refuse(info, value, "bitset value length does not match size");
  if (mask !== undefined && mask.length !== bytes) return refuse(info, mask, "bitset mask length does not match size");
  const tested = mask ?? value;
  for (let index = nbits; index < size; index++) {
    if (hasBit(tested, index)) return refuse(info, tested, "cannot modify bits past kernel bitset size");
  }
  return 0;
}

function updateFromWords(bits: Set<number>, tb: Attributes, nbits: number): number {
  const value = tb.bytes(ETHTOOL_A_BITSET_VALUE) ?? new Uint8Array(0);
  const mask = tb.bytes(ETHTOOL_A_BITSET_MASK);
  const said = viewOf(value).byteLength * 8;
  let mod = false;
  for (let index = 0; index < nbits; index++) {
    if (mask !== undefined && !hasBit(mask, index)) continue;
    const on = index < said && hasBit(value, index);
    if (on === bits.has(index)) continue;
    if (on) bits.add(index);
    else bits.delete(index);
    mod = true;
  }
  return mod ? 1 : 0;
}
