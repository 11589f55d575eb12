#!/usr/bin/env node
/**
 * dist/mlx5-emu.js: runs the bundle beside it, with the compiled code that the build has left there too. That saves a third
 * of the time of a short run. V8 checks that it fits; another version of node compiles the bundle anew.
 */
"use strict";
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const { Script } = require("node:vm");
const { isMainThread } = require("node:worker_threads");

const filename = join(__dirname, "bundle.js");

/** The bundle, which is ASCII, as a function of what node gives a module; `cachedData` is undefined where there is none. */
function compile(cachedData) {
  const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(filename, "latin1")}\n})`;
  return new Script(source, { filename, cachedData });
}

function compiledCode() {
  try {
    return readFileSync(join(__dirname, "bundle.cache"));
  } catch {
    return undefined;
  }
}

function run(script) {
  script.runInThisContext()(exports, require, module, filename, __dirname);
}

if (require.main === module || !isMainThread) run(compile(compiledCode()));
else module.exports = { compile, run };
