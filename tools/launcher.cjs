#!/usr/bin/env node
/**
 * dist/mlx5-emu.js: runs main.js beside it, with the compiled code that the build has left there too (NAME.cache). That saves
 * a third of the time of a short run. V8 checks that it fits; another version of node compiles anew.
 */
"use strict";
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const { setFlagsFromString } = require("node:v8");
const { Script } = require("node:vm");
const { isMainThread } = require("node:worker_threads");

/**
 * How much code a function runs before V8 optimises it: eight times of what is usual. Most runs are over within a second, in which
 * the optimising compiler takes more from the machine than it gives; longer ones lose nothing that can be measured.
 */
const INTERRUPT_BUDGET = 540_672;
if (isMainThread) setFlagsFromString(`--interrupt-budget=${INTERRUPT_BUDGET}`);

/** What has been loaded: exports by name of the file. */
const modules = new Map();
/** The scripts of what has been loaded. */
const scripts = new Map();

/** A file of ours, which is ASCII and a function of what node gives a module. */
function compile(name, withCache) {
  const filename = join(__dirname, name);
  const source = readFileSync(filename, "latin1");
  return new Script(source, { filename, cachedData: withCache ? compiledCode(name) : undefined });
}

function compiledCode(name) {
  try {
    return readFileSync(join(__dirname, `${name}.cache`));
  } catch {
    return undefined;
  }
}

function load(name, withCache) {
  const loaded = modules.get(name);
  if (loaded !== undefined) return loaded.exports;
  const script = scripts.get(name) ?? compile(name, withCache);
  const module = { exports: {} };
  scripts.set(name, script);
  modules.set(name, module);
  const requireFrom = (id) => (id.startsWith("./") ? load(id.slice(2), withCache) : require(id));
  script.runInThisContext()(module.exports, requireFrom, module, join(__dirname, name), __dirname);
  return module.exports;
}

// The end is the end: node would first let its loop run out, and wait for its garbage collector.
if (!isMainThread) load("main.js", true);
else if (require.main === module) load("main.js", true).done.then(() => process.exit());
else module.exports = { load, modules, scripts };
