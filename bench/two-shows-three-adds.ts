/** The reference scenario with 32,256 classes of schedules, as a file that `explore` takes. */
import { program as scenario } from "./scenario.ts";

export const program = scenario({ shows: 2, adds: 3 });
