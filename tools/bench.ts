/**
 * Runs the measurements of bench/ as plain JavaScript, one after the other: what tsx makes of a closure is slower than what
 * the build makes of it. Arguments go to the comparison with the peers.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { build } from "rolldown";

const root = fileURLToPath(new URL("..", import.meta.url));
const outdir = `${root}node_modules/.cache/mlx5-emu-bench`;
const benches = ["locks", "lockdep", "start", "peers"];

await build({
  cwd: root,
  input: Object.fromEntries(benches.map((name) => [name, `bench/${name}.ts`])),
  platform: "node",
  tsconfig: true,
  // Packages are measured as they are installed.
  external: /^[^./]/,
  transform: { target: "node20" },
  output: { dir: outdir, format: "esm", entryFileNames: "[name].mjs", chunkFileNames: "[name].mjs" },
});
for (const name of benches) {
  const args = name === "peers" ? process.argv.slice(2) : [];
  const { status } = spawnSync(process.execPath, [`${outdir}/${name}.mjs`, ...args], { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
