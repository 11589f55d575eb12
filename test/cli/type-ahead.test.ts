/** Proves that keys typed ahead pass line by line, each when it is asked for, and that Ctrl-C and Ctrl-Z do not wait. */
import { expect, it } from "vitest";
import { TypeAhead } from "../../src/cli/type-ahead.ts";

function typeAhead(): { readonly ahead: TypeAhead; readonly keys: string[]; readonly passed: () => string | null } {
  const keys: string[] = [];
  const ahead = new TypeAhead((key) => void keys.push(key));
  return { ahead, keys, passed: () => (ahead.input.read() as Buffer | null)?.toString() ?? null };
}

it("gives out what was pasted line by line", () => {
  const { ahead, passed } = typeAhead();
  ahead.receive("one\rtwo\rthr", true);
  expect(passed()).toBe("one\r");
  expect(passed()).toBeNull();
  ahead.nextLine();
  expect(passed()).toBe("two\r");
  ahead.nextLine();
  expect(passed()).toBe("thr");
  ahead.receive("ee\r", true);
  expect(passed()).toBe("ee\r");
});

it("holds back what nobody waits for, and forgets it at Ctrl-C and Ctrl-Z", () => {
  const { ahead, keys, passed } = typeAhead();
  ahead.receive("gone\r", false);
  ahead.receive("gone too\x03then\r", false);
  expect([passed(), keys]).toEqual([null, ["^C"]]);
  ahead.receive("\x1a", false);
  expect([passed(), keys]).toEqual([null, ["^C", "^Z"]]);
  ahead.receive("kept\r", false);
  ahead.nextLine();
  expect(passed()).toBe("kept\r");
});
