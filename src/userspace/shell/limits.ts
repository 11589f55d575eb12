/** Bounds of one shell, so that a script's mistake ends in an error of the shell and not in the host's memory or stack. */

/** Depth of nested function calls, `eval`, `source` and traps (bash's FUNCNEST, which has no default there). */
export const MAX_NESTING = 1000;
/** Characters that one value, expansion or command substitution may have. */
export const MAX_VALUE = 64 * 1024 * 1024;
/** Words that one brace expansion may give. */
export const MAX_BRACE_WORDS = 1_000_000;
/** Nested evaluations of one arithmetic expression (bash's MAX_EXPR_RECURSION_LEVEL). */
export const MAX_ARITHMETIC_DEPTH = 1024;
