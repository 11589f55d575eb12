/** mktemp(1): -d, -p, -q, -t, -u, --suffix. The random part comes from the machine's seed. */
import { EEXIST, ENOENT, strerror } from "../../kernel/index.ts";
import { O_CREAT, O_EXCL, O_RDWR, type Process } from "../../syscall/index.ts";
import { quote } from "./quote.ts";
import { joinPath } from "./targets.ts";
import { type Utility, utility } from "./utility.ts";

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const ATTEMPTS = 100;

const manual = {
  usage: "[OPTION]... [TEMPLATE]",
  short: "dp:qtuV",
  long: { directory: "d", quiet: "q", "dry-run": "u", suffix: "suffix:", tmpdir: "tmpdir::" },
  refused: ["V"],
};

export const mktemp = utility(manual, async (util) => {
  const { process } = util;
  if (util.operands.length > 1) await util.misused("too many templates");
  const template = util.operands[0] ?? "tmp.XXXXXXXXXX";
  const [, before = "", marks = "", behind = ""] = /^(.*?)(X*)([^X]*)$/s.exec(template) ?? [];
  const suffix = behind + (util.value("suffix") ?? "");
  if (suffix.includes("/")) await util.die(`invalid suffix ${quote(suffix)}, contains directory separator`);
  if (marks.length < 3) await util.die(`too few X's in template ${quote(template)}`);
  const folder = await folderOf(util, template);
  const place = (middle: string): string => (folder === null ? "" : joinPath(folder, "")) + before + middle + suffix;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const path = place(Array.from(marks, () => LETTERS.charAt(process.random(LETTERS.length))).join(""));
    const error = await make(util, path);
    if (error >= 0) return await util.out(`${path}\n`);
    if (error !== -EEXIST) return await complainAbout(util, place(marks), error);
  }
  await complainAbout(util, place(marks), -EEXIST);
});

async function complainAbout(util: Utility, template: string, error: number): Promise<void> {
  util.status = 1;
  const what = util.has("d") ? "directory" : "file";
  if (!util.has("q")) await util.fail(`failed to create ${what} via template ${quote(template)}: ${strerror(error)}`);
}

/** Where it is made: null for the template as it stands. */
async function folderOf(util: Utility, template: string): Promise<string | null> {
  if (util.has("t") && template.includes("/")) return await util.die(`invalid template, ${quote(template)}, contains directory separator`);
  const asked = util.value("p") ?? (util.has("tmpdir") ? util.value("tmpdir") : undefined);
  const otherwise = util.process.env.get("TMPDIR") ?? "/tmp";
  if (asked === undefined && !util.has("t")) return util.operands.length === 0 ? otherwise : null;
  if (template.startsWith("/")) return await util.die(`invalid template, ${quote(template)}; with --tmpdir, it may not be absolute`);
  return asked === undefined || asked === "" ? otherwise : asked;
}

async function make(util: Utility, path: string): Promise<number> {
  const { process } = util;
  if (util.has("u")) return await isFree(process, path);
  if (util.has("d")) return await process.mkdir(path, 0o700);
  const fd = await process.open(path, O_RDWR | O_CREAT | O_EXCL, 0o600);
  return fd < 0 ? fd : await process.close(fd);
}

async function isFree(process: Process, path: string): Promise<number> {
  const stat = await process.lstat(path);
  return stat === -ENOENT ? 0 : typeof stat === "number" ? stat : -EEXIST;
}
