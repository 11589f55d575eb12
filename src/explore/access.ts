/**
 * Which accesses commute. Two steps commute if no object is touched by both in ways that do not. A release commutes with
 * every request (a lock is handed on in the order of the requests, so who gets it is decided there), two requests for read
 * with each other. Where readers may overtake a writer that is queued, their requests do not commute with the release of another.
 */
import type { AccessKind } from "../kernel/index.ts";

/** `overtake`: the release of a writer past which readers may overtake another one. */
export type FootprintKind = AccessKind | "overtake";

const KINDS: readonly FootprintKind[] = [
  "read",
  "write",
  "commute",
  "get",
  "put",
  "peek",
  "request-read",
  "request-write",
  "try",
  "release-read",
  "release-write",
  "overtake",
];

const bitOf = (kind: FootprintKind): number => 1 << KINDS.indexOf(kind);
const maskOf = (...kinds: readonly FootprintKind[]): number => kinds.reduce((mask, kind) => mask | bitOf(kind), 0);

const ANY = maskOf(...KINDS);
/** Whose reference is the last one is seen to elsewhere. */
const OTHER_THAN_REFERENCES = ANY & ~maskOf("get", "put", "peek");

/** For each kind, the kinds that it does not commute with. */
const CONFLICTS: Readonly<Record<FootprintKind, number>> = {
  read: maskOf("write", "try", "commute", "get", "put", "peek"),
  write: ANY,
  commute: ANY & ~maskOf("commute"),
  get: OTHER_THAN_REFERENCES,
  put: OTHER_THAN_REFERENCES,
  peek: OTHER_THAN_REFERENCES,
  "request-read": maskOf("write", "try", "request-write", "overtake"),
  "request-write": maskOf("write", "try", "request-read", "request-write"),
  try: ANY,
  "release-read": maskOf("write", "try"),
  "release-write": maskOf("write", "try"),
  overtake: maskOf("write", "try", "request-read"),
};

/** By mask of kinds: the kinds that one of them does not commute with. A mask's are those of its lowest kind and of the rest. */
const conflictsOfMask = new Uint32Array(ANY + 1);
for (let mask = 1; mask <= ANY; mask++) {
  const kind = KINDS[31 - Math.clz32(mask & -mask)] as AccessKind;
  conflictsOfMask[mask] = (conflictsOfMask[mask & (mask - 1)] ?? 0) | CONFLICTS[kind];
}

/** Kinds of access as bits. */
export type AccessMask = number;

export function accessBit(kind: FootprintKind): AccessMask {
  return bitOf(kind);
}

export function conflict(a: AccessMask, b: AccessMask): boolean {
  return ((conflictsOfMask[a] ?? 0) & b) !== 0;
}

/** Requests alone order what comes later by the lock's queue, not by what the asking step did afterwards. */
export const REQUESTS: AccessMask = maskOf("request-read", "request-write");

/** What a step touches, by the object's name: comparable between runs. */
export type Footprint = ReadonlyMap<number, AccessMask>;

export function independent(a: Footprint, b: Footprint): boolean {
  const [few, many] = a.size <= b.size ? [a, b] : [b, a];
  for (const [name, mask] of few) {
    const other = many.get(name);
    if (other !== undefined && conflict(mask, other)) return false;
  }
  return true;
}
