/**
 * Proves rules of the sources that linter and compiler cannot state: what a file starts with, that chance and time come from
 * the machine, that no module keeps state, that programs reach the kernel by system calls, and that fidelity is not faked
 * by asking which variant runs.
 */
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { placeOf, type Source, sourcesIn, walk } from "./sources.ts";

const all = sourcesIn("src", "bench", "tools");
const below = all.filter(({ path }) => path.startsWith("src/") && !path.startsWith("src/cli/"));

/** Places in `sources` at which `wrong` answers with an explanation. */
function offences(sources: readonly Source[], wrong: (node: ts.Node, source: Source) => string | null): string[] {
  const found: string[] = [];
  for (const source of sources) {
    walk(source.tree, (node) => {
      const why = wrong(node, source);
      if (why !== null) found.push(`${placeOf(source, node)} ${why}`);
    });
  }
  return found;
}

test("every file starts with a comment that says what it is", () => {
  const bare = all.filter(({ text }) => !/^(#!.*\n)?\/\*\*[\s\S]*?\*\/\n/.test(text)).map(({ path }) => path);
  expect(bare).toEqual([]);
});

test("no line is marked as unfinished or switched off for a checker", () => {
  const marks = /\b(TODO|FIXME|XXX|HACK)\b|@ts-(ignore|nocheck|expect-error)|biome-ignore|eslint-disable/;
  const found = [...all, ...sourcesIn("test")]
    .filter(({ path }) => !path.startsWith("test/tidy/"))
    .flatMap(({ path, text }) => text.split("\n").flatMap((line, i) => (marks.test(line) ? [`${path}:${i + 1} ${line.trim()}`] : [])));
  expect(found).toEqual([]);
});

describe("below cli/", () => {
  const calls: Readonly<Record<string, string>> = {
    "Date.now": "virtual time: kernel.clock.now, process.clockRealtime()",
    "Math.random": "chance comes from the machine: process.random()",
    "Promise.all": "emulated code awaits one primitive at a time",
    "Promise.race": "emulated code awaits one primitive at a time",
    "Promise.allSettled": "emulated code awaits one primitive at a time",
    "Promise.any": "emulated code awaits one primitive at a time",
  };

  test("time, chance and order come from the machine", () => {
    const found = offences(below, (node) => {
      if (ts.isPropertyAccessExpression(node)) return calls[node.getText()] ?? null;
      if (ts.isNewExpression(node) && node.expression.getText() === "Date" && (node.arguments?.length ?? 0) === 0) {
        return "virtual time: kernel.clock.now, process.clockRealtime()";
      }
      return null;
    });
    expect(found).toEqual([]);
  });

  test("no module keeps state", () => {
    const growing = /^(Map|Set|WeakMap|WeakSet|Array)$/;
    const found = below.flatMap((source) =>
      source.tree.statements.filter(ts.isVariableStatement).flatMap((statement) => {
        if ((statement.declarationList.flags & ts.NodeFlags.Const) === 0) return [`${placeOf(source, statement)} use staticData()`];
        return statement.declarationList.declarations
          .filter(({ type, initializer }) => {
            if (initializer === undefined || !ts.isNewExpression(initializer)) return false;
            return growing.test(initializer.expression.getText()) && !/^Readonly/.test(type?.getText() ?? "");
          })
          .map((declaration) => `${placeOf(source, declaration)} declare it as ReadonlyMap or ReadonlySet, or use staticData()`);
      }),
    );
    expect(found).toEqual([]);
  });

  test("no call site asks which era or notifier runs; it calls the strategy it was given", () => {
    const variant = /^(global|dev_net|v\d+\.\d+(\.\d+)?)$/;
    const isVariant = (node: ts.Node): boolean => ts.isStringLiteral(node) && variant.test(node.text);
    // The files that put strategies in, and the shell, whose `declare -g` has a global of its own.
    const assembling = /^src\/([^/]+\.ts|eras\/.*|userspace\/shell\/.*)$/;
    const found = offences(
      below.filter(({ path }) => !assembling.test(path)),
      (node) => {
        const compared =
          ts.isBinaryExpression(node) && [node.left, node.right].some(isVariant) && /^[!=]==?$/.test(node.operatorToken.getText());
        const selected = ts.isCaseClause(node) && isVariant(node.expression);
        return compared || selected ? "put a strategy in at boot" : null;
      },
    );
    expect(found).toEqual([]);
  });
});

test("programs take only errors, signals and types from the kernel", () => {
  const harmless = /^(E[A-Z0-9]+|SIG[A-Z0-9_]+|strerror)$/;
  const programs = below.filter(({ path }) => path.startsWith("src/userspace/"));
  const found = offences(programs, (node) => {
    if (!ts.isImportDeclaration(node) || !node.moduleSpecifier.getText().includes("/kernel/")) return null;
    const { importClause } = node;
    if (importClause === undefined || importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) return null;
    const bindings = importClause.namedBindings;
    if (bindings === undefined || ts.isNamespaceImport(bindings)) return "name what you import";
    const others = bindings.elements.filter((e) => !e.isTypeOnly && !harmless.test((e.propertyName ?? e.name).text));
    return others.length === 0 ? null : `${others.map((e) => e.name.text).join(", ")}: use a system call`;
  });
  expect(found).toEqual([]);
});
