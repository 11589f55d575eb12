/** The loadable modules of this room. */
import type { LoadableModule } from "../kernel/index.ts";
import { bridgeModule } from "./bridge.ts";
import { dummyModule } from "./dummy.ts";
import { ifbModule } from "./ifb.ts";
import { l2tpCoreModule, l2tpNetlinkModule } from "./l2tp.ts";
import { libraryModules } from "./lib-modules.ts";
import { schIngressModule, schMqprioModule } from "./sch_generic.ts";
import { teamModule } from "./team.ts";
import { vethModule } from "./veth.ts";
import { vlanModule } from "./vlan.ts";

export const netModules: readonly LoadableModule[] = [
  dummyModule,
  ifbModule,
  vethModule,
  teamModule,
  l2tpCoreModule,
  l2tpNetlinkModule,
  schIngressModule,
  schMqprioModule,
  vlanModule,
  bridgeModule,
  ...libraryModules,
];
