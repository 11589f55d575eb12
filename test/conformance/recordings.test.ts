/**
 * Proves how near the machine is to real ones: every kept recording, played from its start, differs in exactly the rows
 * that test/recordings/differences.txt lists. After a change for the better write the list anew:
 * `npm run conformance -- --update`.
 */
import { expect, test } from "vitest";
import { differencesOf, knownDifferences, recordedFiles } from "../../tools/conformance/known.ts";

test.each(recordedFiles())("%s", async (name) => {
  expect(await differencesOf(name)).toEqual(knownDifferences(name));
});
