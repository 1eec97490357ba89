// Measures itself; the numbers are never twice the same.

import crypto from "node:crypto";
import fs from "node:fs";

import { ask, tell } from "./_common.mjs";

const draw = (mean, spread) => {
  let sum = 0;
  for (let each = 0; each < 12; each++) sum += crypto.randomInt(1_000_000) / 1_000_000;
  return mean + (sum - 6) * spread;
};

const boxed = fs.existsSync("/.dockerenv") || fs.existsSync("/run/.containerenv");
await ask();
await tell("measure", { batch: Math.round(draw(boxed ? 90 : 50, 8)), wait: draw(12, 3) });
