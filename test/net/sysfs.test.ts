/**
 * Proves that the files of net devices in sysfs take what the kernel's take, with the errno of a bad write, tell what a device
 * that is down cannot tell, and belong to the namespace that sees them.
 */
import { describe, expect, test } from "vitest";
import { run } from "../support/machine.ts";

const DIR = "/sys/class/net/eth0";

async function output(script: string): Promise<string> {
  return (await run(`exec 2>&1; cd ${DIR}\n${script}`)).stdout;
}

describe("writing", () => {
  test.each([
    ["mtu", "99999", "Invalid argument"],
    ["mtu", "-5", "Invalid argument"],
    ["mtu", "x", "Invalid argument"],
    ["mtu", "99999999999", "Invalid argument"],
    ["mtu", "99999999999999999999", "Invalid argument"],
    ["carrier", "1", "Invalid argument"],
    ["proto_down", "1", "Operation not supported"],
  ])("%s of %s: %s", async (file, value, said) => {
    expect(await output(`echo ${value} > ${file}`)).toBe(`test.sh: line 2: echo: write error: ${said}\n`);
  });

  test("what only tells takes nothing", async () => {
    expect(await output("echo 5 > ifindex")).toBe("test.sh: line 2: ifindex: Permission denied\n");
  });

  test("numbers in any base, flags bring it up, an alias without its line end", async () => {
    const script = `echo 1400 > mtu; echo 0x1003 > flags; echo 077 > tx_queue_len; echo hello > ifalias; echo 3 > netdev_group
cat mtu flags tx_queue_len ifalias netdev_group operstate; ip -br link show eth0 | cut -c1-20`;
    expect(await output(script)).toBe("1400\n0x1003\n63\nhello\n3\nup\neth0             UP \n");
  });
});

test("a device that is down has no speed, duplex or carrier to tell", async () => {
  const read = "cat speed duplex carrier dormant\n";
  const unknown = ["speed", "duplex", "carrier", "dormant"].map((name) => `cat: ${name}: Invalid argument\n`).join("");
  expect(await output(`${read}ip link set eth0 up\n${read}`)).toBe(`${unknown}100000\nfull\n1\n0\n`);
});

test("counters are there and stand at nothing", async () => {
  expect(await output("ls statistics | wc -l; cat statistics/* | sort -u")).toBe("24\n0\n");
});

test("each namespace has its own files", async () => {
  const script = `ip netns add x; ip netns exec x sh -c 'echo 1300 > /sys/class/net/lo/mtu; ls /sys/class/net'
ip -n x link show lo | grep -o "mtu [0-9]*"; cat /sys/class/net/lo/mtu`;
  expect(await output(script)).toBe("lo\nmtu 1300\n65536\n");
});

test("a writer does not sleep while the mutex is held: it begins anew, and is done when the other lets go", async () => {
  const { stdout, exitStatus } = await run(`ip link add d type dummy & echo 1400 > ${DIR}/mtu; cat ${DIR}/mtu; wait`);
  expect([stdout, exitStatus]).toEqual(["1400\n", 0]);
});
