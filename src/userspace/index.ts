// @ts-ignore
import { minish } from "/tmp/minish.ts";
import { programs as iproute2 } from "./iproute2/index.ts";
export const programs = [...iproute2, { path: "/usr/bin/bash", program: minish as any }];
