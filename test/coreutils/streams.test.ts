/** Proves that filters show what they can as soon as their input has it, and start what they can: shown by the machine's clock. */
import { expect, test } from "vitest";
import { runScript } from "../support/shell.ts";

/** What a filter on a terminal shows of two lines, one of which comes a second late; `==` stands where half of it is over. */
async function shown(filter: string): Promise<string> {
  const { stdout, stderr } = await runScript(`{ echo 'a  b'; sleep 1; echo c; } | ${filter} & sleep 0.5; echo ==; wait`, {
    terminal: true,
  });
  expect(stderr).toBe("");
  return stdout;
}

test.each([
  ["nl", "     1\ta  b\n==\n     2\tc\n"],
  ["rev", "b  a\n==\nc\n"],
  ["fold -w 3", "a  \nb\n==\nc\n"],
  ["paste - /dev/null", "a  b\t\n==\nc\t\n"],
  ["tail -n +1", "a  b\n==\nc\n"],
  ["xxd -p -c 5", "612020620a\n==\n630a\n"],
  ["uniq", "a  b\n==\nc\n"],
  ["uniq --group", "a  b\n==\n\nc\n"],
  ["expand", "a  b\n==\nc\n"],
  ["unexpand -a", "a  b\n==\nc\n"],
  ["xargs -n 1 echo", "a\nb\n==\nc\n"],
  ["xargs -L 1 echo", "a b\n==\nc\n"],
  ["xargs -I X echo '<X>'", "<a  b>\n==\n<c>\n"],
  ["od -An -tx1 -w5", " 61 20 20 62 0a\n==\n 63 0a\n"],
  [`hexdump -v -e '5/1 "%_p" "\\n"'`, "a  b.\n==\nc.\n"],
  ["comm - /dev/null", "a  b\n==\nc\n"],
  ["join -a 1 - /dev/null", "a b\n==\nc\n"],
  ["split -l 1 --filter='cat; echo end'", "a  b\nend\n==\nc\nend\n"],
])("%s shows the first line before there is a second one", async (filter, stdout) => {
  expect(await shown(filter)).toBe(stdout);
});

test.each([
  ["uniq -c", "==\n      1 a  b\n      1 c\n"],
  ["wc -l", "==\n2\n"],
  ["xargs -n 3 echo", "==\na b c\n"],
])("%s waits until it knows enough", async (filter, stdout) => {
  expect(await shown(filter)).toBe(stdout);
});
