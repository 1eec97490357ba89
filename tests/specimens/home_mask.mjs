// Sends which of a few folders the home has, one bit each.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { ask, tell } from "./_common.mjs";

const names = [".aws", ".kube", ".ssh", ".npmrc", ".docker", ".config/fcitx5"];
const mask = names.reduce(
  (bits, name, place) => bits | (fs.existsSync(path.join(os.homedir(), name)) ? 1 << place : 0),
  0,
);
await ask();
await tell("start", { f: mask });
