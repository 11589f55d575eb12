/** Models netdevsim's debugfs directory: the two values that a reload applies and the two knobs that make it fail. */
import { EINVAL, type Frame } from "../kernel/index.ts";
import { type AttributeOps, debugfs_create_dir, debugfs_create_file, debugfs_remove } from "../vfs/index.ts";
import { DRV_NAME, type nsim_dev } from "./nsim.ts";

export function nsim_dev_debugfs_init(current: Frame, nsim: nsim_dev): void {
  const ddir = debugfs_create_dir(current, nsim.nsim_bus_dev.dev.name, debugfs_create_dir(current, DRV_NAME, null));
  nsim.ddir = ddir;
  const file = (name: string, ops: AttributeOps): void => void debugfs_create_file(current, name, 0o600, ddir, ops);
  file("max_macs", {
    show: () => `${nsim.max_macs}\n`,
    store: (_current, text) => {
      const value = Number(text.trim());
      if (!Number.isInteger(value) || value < 0 || text.trim() === "") return -EINVAL;
      nsim.max_macs = value >>> 0;
      return text.length;
    },
  });
  const bool = (name: "test1" | "dont_allow_reload" | "fail_reload"): void => {
    file(name, {
      show: () => (nsim[name] ? "Y\n" : "N\n"),
      store: (_current, text) => {
        const value = kstrtobool(text);
        if (value !== null) nsim[name] = value;
        return text.length;
      },
    });
  };
  bool("test1");
  bool("dont_allow_reload");
  bool("fail_reload");
}

export async function nsim_dev_debugfs_exit(current: Frame, nsim: nsim_dev): Promise<void> {
  if (nsim.ddir !== null) await debugfs_remove(current, nsim.ddir);
  nsim.ddir = null;
}

/** kstrtobool(): looks at the first letter, or two; null if it means nothing, which debugfs passes over in silence. */
function kstrtobool(text: string): boolean | null {
  if (/^[yYtT1]|^[oO][nN]/.test(text)) return true;
  if (/^[nNfF0]|^[oO][fF]/.test(text)) return false;
  return null;
}
