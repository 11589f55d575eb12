/** Where a thread begins if the sources run as they are: tsx has to be told anew in each thread. */
import { register } from "tsx/esm/api";

register();
await import("./main.ts");
