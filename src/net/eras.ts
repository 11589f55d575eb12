/** What differs between kernels in this room. Everything else about an era is no business of it. */
import type { FibStrategies } from "./ip/fib-frontend.ts";

export type NetStrategies = FibStrategies;

const before_5_18: NetStrategies = { broadcastNetworkAddress: true };
const since_5_18: NetStrategies = { broadcastNetworkAddress: false };

export const NET_ERAS = {
  "v5.9": before_5_18,
  "v5.10": before_5_18,
  "v5.10.223": before_5_18,
  "v6.1": since_5_18,
  "v6.3": since_5_18,
} as const satisfies Readonly<Record<string, NetStrategies>>;
