/** Bundles the command into dist/mlx5-emu.js: plain JavaScript for `node`, with what is rarely used in chunks of its own. */
import { chmod, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
await rm(`${root}dist`, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: { "mlx5-emu": "src/cli/main.ts" },
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "linked",
  // Loaded only when asked for, and they load files of their own from where they are installed.
  external: ["pino", "tsx"],
  banner: { js: "#!/usr/bin/env node" },
});
await chmod(`${root}dist/mlx5-emu.js`, 0o755);
