/**
 * Bundles the command into dist/: mlx5-emu.js, which plain `node` runs from any directory, the bundle that it starts, and
 * the code that V8 compiled for it while the seed's script ran.
 */
import { spawnSync } from "node:child_process";
import { chmod, copyFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = `${root}dist`;
await rm(dist, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: { bundle: "src/cli/main.ts" },
  outdir: "dist",
  bundle: true,
  format: "cjs",
  platform: "node",
  target: "node20",
  charset: "ascii",
  // Names stay as they are: a stack of the emulator's own is read by people.
  minifySyntax: true,
  // import() becomes a late require(): code that V8 takes from a cache has no import().
  supported: { "dynamic-import": false },
  legalComments: "linked",
  // jq's loader asks where it is.
  define: { "import.meta.url": "bundle_url" },
  banner: { js: 'const bundle_url = require("node:url").pathToFileURL(__filename).href;' },
  // Loaded only when asked for, and they load files of their own from where they are installed.
  external: ["pino", "tsx"],
});
await writeFile(`${dist}/package.json`, `${JSON.stringify({ type: "commonjs" })}\n`);
await copyFile(`${root}node_modules/jq-wasm/dist/build/jq.wasm`, `${dist}/jq.wasm`);
await copyFile(`${root}tools/launcher.cjs`, `${dist}/mlx5-emu.js`);
await chmod(`${dist}/mlx5-emu.js`, 0o755);

const warmUp = [`${root}tools/warm-up.cjs`, dist, "run", `${root}scripts/netns-delete.sh`, "--notifier", "global"];
const { status, stderr } = spawnSync(process.execPath, warmUp, { encoding: "utf8" });
const DEADLOCK = 3;
if (status !== DEADLOCK) throw new Error(`the bundle does not show the deadlock (status ${status}):\n${stderr}`);
