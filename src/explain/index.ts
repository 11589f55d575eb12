/** explain/: what a real kernel log means. Knows nothing of the emulated kernel. */
export { explain } from "./explain.ts";
export type { Explanation } from "./explanation.ts";
export { mermaid } from "./mermaid.ts";
export { explanationText } from "./text.ts";
