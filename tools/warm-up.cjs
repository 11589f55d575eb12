/**
 * Part of the build: runs a script with the bundle and writes the code that V8 compiled for it to dist/bundle.cache.
 * Arguments: the directory of the bundle, then those of mlx5-emu.
 */
"use strict";
const { writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { setFlagsFromString } = require("node:v8");

const [dist] = process.argv.splice(2, 1);
const { compile, run } = require(join(dist, "mlx5-emu.js"));
const script = compile(undefined);
process.on("exit", () => {
  // The code that is kept fits only the flags of V8 that it is loaded under: not yet the one that the command sets.
  setFlagsFromString("--no-enable-experimental-regexp-engine-on-excessive-backtracks");
  writeFileSync(join(dist, "bundle.cache"), script.createCachedData());
});
run(script);
