/** execvp(3) of glibc. */
import { EACCES, ENOENT, ENOEXEC, ENOTDIR } from "../../kernel/index.ts";
import type { Process } from "../../syscall/index.ts";

/**
 * Becomes the program that `argv` names, looked up in $PATH if that is a name without a slash; what is a text without an
 * interpreter line is handed to /bin/sh. Returns a negative errno, and only if there was no way.
 */
export async function execvp(process: Process, argv: readonly string[], env: ReadonlyMap<string, string> = process.env): Promise<number> {
  const file = argv[0] ?? "";
  if (file === "") return -ENOENT;
  const folders = file.includes("/") ? [""] : (env.get("PATH") ?? "/bin:/usr/bin").split(":");
  let denied = false;
  for (const folder of folders) {
    const path = folder === "" ? file : `${folder}/${file}`;
    const error = await process.execve(path, argv, env);
    if (error === -ENOEXEC) return await process.execve("/bin/sh", ["/bin/sh", path, ...argv.slice(1)], env);
    if (error === -EACCES) denied = true;
    else if (error !== -ENOENT && error !== -ENOTDIR) return error;
  }
  return denied ? -EACCES : -ENOENT;
}
