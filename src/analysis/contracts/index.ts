/** Rules between callers and callees of kernel functions, and who watches them. */
export { ContractChecker, type ContractViolation } from "./checker.ts";
export { contractsText } from "./list.ts";
