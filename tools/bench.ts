/**
 * Runs the measurements of bench/ as plain JavaScript, one after the other: what tsx makes of a closure is slower than what
 * the build makes of it. Arguments go to the comparison with the peers.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const outdir = `${root}node_modules/.cache/mlx5-emu-bench`;
const benches = ["locks", "lockdep", "start", "peers"];

mkdirSync(outdir, { recursive: true });
await build({
  absWorkingDir: root,
  entryPoints: benches.map((name) => `bench/${name}.ts`),
  outdir,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  packages: "external",
});
for (const name of benches) {
  const args = name === "peers" ? process.argv.slice(2) : [];
  const { status } = spawnSync(process.execPath, [`${outdir}/${name}.mjs`, ...args], { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
