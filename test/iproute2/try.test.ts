import { it } from "vitest";
import { bootRooms } from "./rooms.ts";
it("x", async () => {
  const m = await bootRooms(process.env.ERA as any, (process.env.DEVS ?? "0000:00:08.0").split(","), process.env.NOTIFIER as any);
  const bg: (readonly [string, () => any])[] = [];
  let text = "";
  const show = (line: string, r: any) => { text += `$ ${line}\n${r.stdout}${r.stderr ? "STDERR " + r.stderr : ""}rc=${r.rc}\n`; };
  for (const l of process.env.CMDS!.split(";").map((l) => l.trim())) {
    if (l.startsWith("&")) bg.push([l, await m.start(...l.slice(1).split(" "))]);
    else show(l, await m.run(...l.split(" ")));
  }
  for (const [l, r] of bg) show(l, r());
  console.log(text);
});
