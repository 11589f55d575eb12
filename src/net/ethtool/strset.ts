/**
 * Models net/ethtool/strset.c (v6.1) for the one set of names that programs here ask for, that of the link modes. Left out,
 * and refused: the other sets, and those of a device.
 */
import { EINVAL, EOPNOTSUPP, type Frame } from "../../kernel/index.ts";
import {
  Attributes,
  type AttributeWriter,
  ETH_SS_LINK_MODES,
  ETHTOOL_A_HEADER,
  ETHTOOL_A_STRING_INDEX,
  ETHTOOL_A_STRING_VALUE,
  ETHTOOL_A_STRINGS_STRING,
  ETHTOOL_A_STRINGSET_COUNT,
  ETHTOOL_A_STRINGSET_ID,
  ETHTOOL_A_STRINGSET_STRINGS,
  ETHTOOL_A_STRINGSETS_STRINGSET,
  ETHTOOL_A_STRSET_COUNTS_ONLY,
  ETHTOOL_A_STRSET_STRINGSETS,
  ETHTOOL_MSG_STRSET_GET_REPLY,
  type genl_info,
  NL_SET_ERR_MSG,
  NL_SET_ERR_MSG_ATTR,
} from "../../netlink/index.ts";
import { link_mode_names } from "./link-modes.ts";
import { ethnl_reply } from "./request.ts";

const SETS: ReadonlyMap<number, readonly string[]> = new Map([[ETH_SS_LINK_MODES, link_mode_names]]);

/** ethnl_default_doit() for ETHTOOL_MSG_STRSET_GET: names that belong to no device, so nothing is locked. */
export async function ethnl_strset_get(caller: Frame, info: genl_info): Promise<number> {
  const current = caller.enter("ethnl_default_doit");
  const { attrs, nlhdr, extack } = info;
  if (!attrs.has(ETHTOOL_A_HEADER)) {
    NL_SET_ERR_MSG(extack, "request header missing");
    return -EINVAL;
  }
  const wanted: [number, readonly string[]][] = [];
  for (const value of attrs.nested(ETHTOOL_A_STRSET_STRINGSETS)?.all(ETHTOOL_A_STRINGSETS_STRINGSET) ?? []) {
    const id = Attributes.parse(value)?.u32(ETHTOOL_A_STRINGSET_ID);
    if (id === undefined) return -EINVAL;
    const names = SETS.get(id);
    if (names === undefined) {
      NL_SET_ERR_MSG_ATTR(extack, nlhdr, value, "this set of strings is not modelled");
      return -EOPNOTSUPP;
    }
    wanted.push([id, names]);
  }
  const countsOnly = attrs.has(ETHTOOL_A_STRSET_COUNTS_ONLY);
  return ethnl_reply(current, info, ETHTOOL_MSG_STRSET_GET_REPLY, (w) =>
    w.nest(
      ETHTOOL_A_STRSET_STRINGSETS,
      (sets) => {
        for (const [id, names] of wanted)
          sets.nest(ETHTOOL_A_STRINGSETS_STRINGSET, (set) => strset_fill_set(set, id, names, countsOnly), true);
      },
      true,
    ),
  );
}

function strset_fill_set(set: AttributeWriter, id: number, names: readonly string[], countsOnly: boolean): void {
  set.u32(ETHTOOL_A_STRINGSET_ID, id).u32(ETHTOOL_A_STRINGSET_COUNT, names.length);
  if (countsOnly) return;
  set.nest(
    ETHTOOL_A_STRINGSET_STRINGS,
    (strings) => {
      for (const [index, name] of names.entries()) {
        const fill = (string: AttributeWriter) => void string.u32(ETHTOOL_A_STRING_INDEX, index).string(ETHTOOL_A_STRING_VALUE, name);
        strings.nest(ETHTOOL_A_STRINGS_STRING, fill, true);
      }
    },
    true,
  );
}
