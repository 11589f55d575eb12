/** Names of file systems by the magic number that statfs(2) gives. */
const FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x0102_1994, "tmpfs"],
  [0x9fa0, "proc"],
  [0x6265_6572, "sysfs"],
  [0x6462_6720, "debugfs"],
  [0x6e73_6673, "nsfs"],
  [0x5049_5045, "pipefs"],
]);

export function fileSystemName(type: number): string {
  return FILE_SYSTEMS.get(type) ?? `UNKNOWN (0x${type.toString(16)})`;
}
