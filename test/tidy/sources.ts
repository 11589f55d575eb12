/** The project's own sources as syntax trees, for the checks beside this file. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface Source {
  /** Path below the project's directory, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
}

export function readText(path: string): string {
  return readFileSync(ROOT + path, "utf8");
}

/** Every TypeScript file below the given directories. */
export function sourcesIn(...dirs: readonly string[]): readonly Source[] {
  return dirs.flatMap((dir) =>
    readdirSync(ROOT + dir, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .sort()
      .map((name) => {
        const path = `${dir}/${name}`;
        const text = readText(path);
        return { path, text, tree: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true) };
      }),
  );
}

/** Where a node stands, as editors understand it. */
export function placeOf(source: Source, node: ts.Node): string {
  return `${source.path}:${source.tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}

/** Calls `visit` for every node of the tree, outermost first. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}
