/**
 * Part of the build: runs the seed's script with what was built, under one notifier after the other, and writes the code that
 * V8 compiled for each file to a file beside it. Arguments: the directory of the build, the script, and the notifiers.
 */
"use strict";
const { writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { setFlagsFromString } = require("node:v8");

const [node, self, dist, script, ...notifiers] = process.argv;
const { load, modules, scripts } = require(join(dist, "mlx5-emu.js"));
const atStart = ["main.js", "rolldown-runtime.js"];

/** The same code, run once more from the beginning. */
function runNext() {
  const notifier = notifiers.shift();
  if (notifier === undefined) return;
  modules.clear();
  process.argv = [node, self, "run", script, "--notifier", notifier];
  load("main.js", false);
}

const keep = (name) => writeFileSync(join(dist, `${name}.cache`), scripts.get(name).createCachedData());
process.on("beforeExit", runNext);
process.on("exit", () => {
  // The code that is kept fits only the flags of V8 that it is loaded under, and the command sets one when it has started.
  for (const name of scripts.keys()) if (!atStart.includes(name)) keep(name);
  setFlagsFromString("--no-enable-experimental-regexp-engine-on-excessive-backtracks");
  for (const name of atStart) keep(name);
});
runNext();
