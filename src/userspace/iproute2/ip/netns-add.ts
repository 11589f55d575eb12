/** ip netns add, attach, delete: a name is a file below /run/netns with the namespace mounted on it. */

import { EEXIST, EINVAL, strerror } from "../../../kernel/index.ts";
import { O_CLOEXEC, O_CREAT, O_DIRECTORY, O_EXCL, O_RDONLY } from "../../../syscall/index.ts";
import { CLONE_NEWNET, LOCK_EX, LOCK_UN, MNT_DETACH, MS_BIND, MS_REC, MS_SHARED } from "../../lib/index.ts";
import { NETNS_RUN_DIR, netnsNames } from "../netns.ts";
import { INT_MAX, INT_MIN, parseInteger, type Words } from "../words.ts";
import type { Ip } from "./context.ts";

/** ip netns add NAME */
export async function netnsAdd(ip: Ip, words: Words): Promise<number> {
  const name = words.next();
  if (name === undefined) return await fail(ip, "No netns name specified\n");
  return await bindName(ip, name, null);
}

/** ip netns attach NAME PID */
export async function netnsAttach(ip: Ip, words: Words): Promise<number> {
  const name = words.next();
  const text = words.next();
  if (name === undefined || text === undefined) return await fail(ip, "No netns name and PID specified\n");
  const pid = parseInteger(text, INT_MIN, INT_MAX);
  if (pid === null || pid === 0) return await fail(ip, `Invalid PID: ${text}\n`);
  return await bindName(ip, name, pid);
}

/** ip netns delete NAME; with -all every name. What is behind the names lives on until its last reference is gone. */
export async function netnsDelete(ip: Ip, words: Words): Promise<number> {
  if (!ip.options.all) {
    const name = words.next();
    return name === undefined ? await fail(ip, "No netns name specified\n") : await removeName(ip, name);
  }
  const names = await netnsNames(ip.tool.process);
  if (typeof names === "number") return await fail(ip, `Failed to open directory ${NETNS_RUN_DIR}: ${strerror(names)}\n`);
  for (const name of names) if ((await removeName(ip, name)) !== 0) break;
  return 0;
}

async function removeName(ip: Ip, name: string): Promise<number> {
  const path = `${NETNS_RUN_DIR}/${name}`;
  await ip.tool.process.umount2(path, MNT_DETACH);
  const error = await ip.tool.process.unlink(path);
  return error < 0 ? await fail(ip, `Cannot remove namespace file "${path}": ${strerror(error)}\n`) : 0;
}

/** Creates the file and mounts a namespace on it: a new one, or that of process `pid`. */
async function bindName(ip: Ip, name: string, pid: number | null): Promise<number> {
  const { process } = ip.tool;
  const path = `${NETNS_RUN_DIR}/${name}`;
  if (!(await prepareRunDir(ip))) return 1;
  // Mode 0: nobody takes the file for a namespace before one is mounted on it.
  const file = await process.open(path, O_RDONLY | O_CREAT | O_EXCL, 0);
  if (file < 0) return await fail(ip, `Cannot create namespace file "${path}": ${strerror(file)}\n`);
  await process.close(file);
  if (pid !== null) return await mountOn(ip, `/proc/${pid}/ns/net`, name);
  const own = await process.open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  const unshared = await process.unshare(CLONE_NEWNET);
  if (unshared < 0) {
    await ip.tool.err(`Failed to create a new network namespace "${name}": ${strerror(unshared)}\n`);
    await removeName(ip, name);
    return 1;
  }
  const status = await mountOn(ip, "/proc/self/ns/net", name);
  await process.setns(own, CLONE_NEWNET);
  await process.close(own);
  return status;
}

async function mountOn(ip: Ip, source: string, name: string): Promise<number> {
  const path = `${NETNS_RUN_DIR}/${name}`;
  const error = await ip.tool.process.mount(source, path, "none", MS_BIND, "");
  if (error >= 0) return 0;
  await ip.tool.err(`Bind ${source} -> ${path} failed: ${strerror(error)}\n`);
  await removeName(ip, name);
  return 1;
}

/**
 * The directory, as a shared mount: then unmounting a name in one mount namespace unmounts it in all. A lock keeps two
 * programs that do this at the same time apart.
 */
async function prepareRunDir(ip: Ip): Promise<boolean> {
  const { process } = ip.tool;
  const made = await process.mkdir(NETNS_RUN_DIR, 0o755);
  if (made < 0 && made !== -EEXIST) {
    await ip.tool.err(`mkdir ${NETNS_RUN_DIR} failed: ${strerror(made)}\n`);
    return false;
  }
  const lock = await process.open(NETNS_RUN_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock < 0) {
    await ip.tool.err(`Cannot open netns runtime directory "${NETNS_RUN_DIR}": ${strerror(lock)}\n`);
    return false;
  }
  await process.flock(lock, LOCK_EX);
  const shared = await makeShared(ip);
  await process.flock(lock, LOCK_UN);
  await process.close(lock);
  return shared;
}

async function makeShared(ip: Ip): Promise<boolean> {
  const { process } = ip.tool;
  const share = () => process.mount("", NETNS_RUN_DIR, "none", MS_SHARED | MS_REC, "");
  let error = await share();
  if (error === -EINVAL) {
    const bound = await process.mount(NETNS_RUN_DIR, NETNS_RUN_DIR, "none", MS_BIND | MS_REC, "");
    if (bound < 0) {
      await ip.tool.err(`mount --bind ${NETNS_RUN_DIR} ${NETNS_RUN_DIR} failed: ${strerror(bound)}\n`);
      return false;
    }
    error = await share();
  }
  if (error < 0) await ip.tool.err(`mount --make-shared ${NETNS_RUN_DIR} failed: ${strerror(error)}\n`);
  return error >= 0;
}

async function fail(ip: Ip, message: string): Promise<number> {
  await ip.tool.err(message);
  return 1;
}
