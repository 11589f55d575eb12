/**
 * Models ethtool's generic netlink family (net/ethtool/netlink.c, v6.1): which requests there are. Questions and changes of a
 * device's settings are in the files of their names. A device without the operation refuses as the kernel does then; earlier
 * kernels have not got all of these requests and refuse them in the same words. Left out: dumps and notifications.
 */
import { EOPNOTSUPP, type Frame } from "../../kernel/index.ts";
import {
  ETHTOOL_A_LINKSTATE_LINK,
  ETHTOOL_GENL_NAME,
  ETHTOOL_MSG_LINKSTATE_GET,
  ETHTOOL_MSG_LINKSTATE_GET_REPLY,
  ETHTOOL_MSG_STRSET_GET,
  ETHTOOL_UNMODELLED_GETS,
  type genl_family,
  type genl_ops,
  genl_register_family,
} from "../../netlink/index.ts";
import { ethnl_channels_request_ops, ethnl_channels_set_ops } from "./channels.ts";
import { ethnl_coalesce_request_ops, ethnl_coalesce_set_ops } from "./coalesce.ts";
import { ethnl_fec_request_ops, ethnl_fec_set_ops } from "./fec.ts";
import { ethnl_pause_request_ops, ethnl_pause_set_ops } from "./pause.ts";
import { ethnl_default_doit, ethnl_ops_begin, type ethnl_request_ops, ethnl_set_doit, type ethnl_set_ops } from "./request.ts";
import { ethnl_rings_request_ops, ethnl_rings_set_ops } from "./rings.ts";
import { ethnl_strset_get } from "./strset.ts";

/** Whether there is a link, if the driver can say (net/ethtool/linkstate.c). Left out: signal quality. */
const ethnl_linkstate_request_ops: ethnl_request_ops<{ readonly link: boolean | undefined }> = {
  request_cmd: ETHTOOL_MSG_LINKSTATE_GET,
  reply_cmd: ETHTOOL_MSG_LINKSTATE_GET_REPLY,
  prepare_data(caller, { dev }) {
    const current = caller.enter("linkstate_prepare_data");
    const err = ethnl_ops_begin(current, dev);
    if (err !== 0) return err;
    const { get_link } = dev.ethtool_ops;
    return { link: get_link === undefined ? undefined : dev.running && get_link(dev) };
  },
  fill_reply(w, _req, { link }) {
    if (link !== undefined) w.u8(ETHTOOL_A_LINKSTATE_LINK, link ? 1 : 0);
  },
};

function question<Data>(ops: ethnl_request_ops<Data>): genl_ops {
  return { cmd: ops.request_cmd, doit: (caller: Frame, info) => ethnl_default_doit(caller, info, ops) };
}

function change(ops: ethnl_set_ops): genl_ops {
  return { cmd: ops.request_cmd, doit: (caller: Frame, info) => ethnl_set_doit(caller, info, ops) };
}

/** A question that every driver here must leave without an answer. */
function unmodelled(request_cmd: number): genl_ops {
  return question<never>({ request_cmd, reply_cmd: request_cmd, prepare_data: () => -EOPNOTSUPP, fill_reply: () => {} });
}

const ethtool_genl_family: genl_family = {
  name: ETHTOOL_GENL_NAME,
  version: 1,
  hdrsize: 0,
  maxattr: 0,
  netnsok: true,
  parallel_ops: true,
  mcgrps: [{ name: "monitor" }],
  ops: [
    { cmd: ETHTOOL_MSG_STRSET_GET, doit: ethnl_strset_get },
    question(ethnl_linkstate_request_ops),
    question(ethnl_rings_request_ops),
    change(ethnl_rings_set_ops),
    question(ethnl_channels_request_ops),
    change(ethnl_channels_set_ops),
    question(ethnl_coalesce_request_ops),
    change(ethnl_coalesce_set_ops),
    question(ethnl_pause_request_ops),
    change(ethnl_pause_set_ops),
    question(ethnl_fec_request_ops),
    change(ethnl_fec_set_ops),
    ...ETHTOOL_UNMODELLED_GETS.map(unmodelled),
  ],
};

/** ethnl_init() */
export function ethnl_init(caller: Frame): Promise<number> {
  return genl_register_family(caller.enter("ethnl_init"), ethtool_genl_family);
}
