/**
 * The directions of imports: a room imports only from rooms below it, only through their index.ts, and the host's modules
 * (`node:`) are for cli/ alone. `npm run imports` checks it.
 */

/** Bottom to top. `machine` is every file directly in src/ and the eras, which assemble what is below them. */
const floors = [
  "kernel",
  "vfs",
  "base",
  "pci",
  "netlink",
  "net",
  "devlink",
  "netdevsim",
  "core",
  "ib",
  "rxe",
  "syscall",
  "userspace",
  "analysis",
  "machine",
  "explore",
  "report",
  "explain",
  "cli",
];

/** Rooms that may import from fewer rooms than the floors below them. */
const only = {
  userspace: ["kernel", "netlink", "syscall"],
  analysis: ["kernel"],
  explain: [],
};

/** Directories inside a room that are rooms of their own to each other. */
const chambers = { userspace: ["coreutils", "iproute2", "kmod", "lib", "shell"] };

const pathOf = (room) => (room === "machine" ? "^src/([^/]+[.]ts$|eras/)" : `^src/${room}/`);

const upward = floors.map((room, floor) => {
  const allowed = only[room] ?? floors.slice(0, floor);
  return {
    name: `floor-of-${room}`,
    comment: `${room}/ may import from: ${allowed.join(", ") || "no other room"}.`,
    severity: "error",
    from: { path: pathOf(room) },
    to: { path: "^src/", pathNot: [room, ...allowed].map(pathOf) },
  };
});

const inside = Object.entries(chambers).flatMap(([room, names]) => names.map((name) => `src/${room}/${name}`));

/** What a room shows to others: its index.ts, and below netlink/ the numbers of the uapi. */
const doors = [
  "^src/[^/]+/index[.]ts$",
  "^src/[^/]+[.]ts$",
  "^src/netlink/uapi/[^/]+[.]ts$",
  ...inside.map((dir) => `^${dir}/index[.]ts$`),
];

export default {
  forbidden: [
    ...upward,
    {
      name: "through-the-door",
      comment: "Another room is imported through its index.ts only.",
      severity: "error",
      from: { path: "^src/([^/]+)/" },
      to: { path: "^src/", pathNot: ["^src/$1/", ...doors] },
    },
    {
      name: "chambers-apart",
      comment: "The shell, the iproute2 programs and the utilities know each other by their index.ts only.",
      severity: "error",
      from: { path: `^(${inside.join("|")})/` },
      to: { path: `^(${inside.join("|")})/`, pathNot: ["^$1/", ...inside.map((dir) => `^${dir}/index[.]ts$`)] },
    },
    {
      name: "no-circle",
      comment: "Modules that need each other's values cannot be understood or loaded one by one. Types may refer to each other.",
      severity: "error",
      from: { path: "^(src|test|bench|tools)/" },
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "host-only-in-cli",
      comment: "Files, clock and terminal of the host belong to cli/.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/cli/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "no-orphan-import",
      comment: "An import that leads nowhere.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "types", "default"],
      extensions: [".ts", ".js"],
    },
  },
};
