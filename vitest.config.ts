import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // No module keeps state, so test files can share one.
    isolate: false,
    pool: "threads",
    testTimeout: 30_000,
  },
});
