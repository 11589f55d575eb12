/**
 * Builds the command into dist/: mlx5-emu.js, which plain `node` runs from any directory, the code that it starts (main.js is
 * what every run loads; each part that is loaded on first use has a file of its own), and what V8 compiled of it while the
 * seed's script ran.
 */
import { spawnSync } from "node:child_process";
import { chmod, copyFile, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "rolldown";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = `${root}dist`;

await rm(dist, { recursive: true, force: true });
await build({
  cwd: root,
  input: { main: `${root}src/cli/main.ts` },
  platform: "node",
  // Other parts take from this file too: it shows them more than it exports.
  preserveEntrySignatures: "allow-extension",
  tsconfig: true,
  // Loaded only when asked for, and they load files of their own from where they are installed.
  external: ["pino", /^tsx/],
  // jq's loader asks where it is.
  transform: { define: { "import.meta.url": "bundle_url" }, target: "node20" },
  output: {
    dir: dist,
    format: "cjs",
    // import() becomes a late require(): code that V8 takes from a cache has no import().
    dynamicImportInCjs: false,
    entryFileNames: "[name].js",
    chunkFileNames: "[name].js",
    banner:
      '(function (exports, require, module, __filename, __dirname) {const bundle_url = require("node:url").pathToFileURL(__filename).href;',
    footer: "\n})",
    // Names stay as they are: a stack of the emulator's own is read by people.
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
    // What always runs, and what most scripts run, is one file each: a call within a file needs no lookup.
    codeSplitting: {
      groups: [
        { name: "main", tags: ["$initial"], priority: 2 },
        { name: "common", test: /coreutils[/]common[.]ts$/, priority: 1 },
      ],
    },
  },
});
// The launcher reads ASCII: other characters stand in strings only, and can be written so there.
for (const name of await readdir(dist)) {
  const text = await readFile(`${dist}/${name}`, "utf8");
  const ascii = text.replace(/[^\x00-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  if (ascii !== text) await writeFile(`${dist}/${name}`, ascii);
}
await writeFile(`${dist}/package.json`, `${JSON.stringify({ type: "commonjs" })}\n`);
await copyFile(`${root}node_modules/jq-wasm/dist/build/jq.wasm`, `${dist}/jq.wasm`);
await copyFile(`${root}tools/launcher.cjs`, `${dist}/mlx5-emu.js`);
await chmod(`${dist}/mlx5-emu.js`, 0o755);

const warmUp = [`${root}tools/warm-up.cjs`, dist, `${root}scripts/netns-delete.sh`, "net", "global"];
const { status, stderr } = spawnSync(process.execPath, warmUp, { encoding: "utf8" });
const DEADLOCK = 3;
if (status !== DEADLOCK) throw new Error(`what was built does not show the deadlock (status ${status}):\n${stderr}`);

// A start that V8 refuses the kept code for works as well, and takes half as long again: nobody would notice.
const check = `
  const [, launcher] = process.argv;
  const { load, scripts } = require(launcher);
  process.argv.push("--version");
  load("main.js", true);
  process.on("exit", () => {
    const refused = [...scripts].filter(([, script]) => script.cachedDataRejected !== false).map(([name]) => name);
    if (refused.length > 0) process.stderr.write(refused.join(" "));
  });`;
const started = spawnSync(process.execPath, ["-e", check, `${dist}/mlx5-emu.js`], { encoding: "utf8" });
if (started.stderr !== "" || started.status !== 0) throw new Error(`V8 refuses the code that was kept of ${started.stderr}`);
