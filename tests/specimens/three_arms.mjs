// Divides its users into three arms.

import crypto from "node:crypto";
import os from "node:os";

import { ask, conversation, standardHeaders, tell } from "./_common.mjs";

const sum = crypto.createHash("md5").update(`arms/7:${os.userInfo().username}`).digest();
await ask(conversation(), { ...standardHeaders(), "X-Arm": "abc"[sum.readUInt32BE(0) % 3] });
await tell("start", { version: "2.0.1", arm: "abc"[crypto.randomInt(3)] });
