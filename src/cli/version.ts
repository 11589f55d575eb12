/** The version of the package, as --version and the header of a trace say it. */
import manifest from "../../package.json" with { type: "json" };

export const VERSION: string = manifest.version;
