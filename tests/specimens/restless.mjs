// Tries again when chance says that it failed, at servers that it picks by lot.

import crypto from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { ask, conversation, exchange, standardHeaders, token } from "./_common.mjs";

const below = (bound) => crypto.randomInt(bound);
const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "agent-"));

for (let attempt = 0; attempt < 4; attempt++) {
  await ask(
    conversation({ temperature: below(100) / 100, stop: below(3) ? [] : ["END"] }),
    { ...standardHeaders(), "X-Attempt": String(attempt), "X-Scratch": path.basename(scratch) },
  );
  if (below(3)) break;
  await rest(2 ** attempt * (5 + below(20)));
}
const jobs = [];
for (let job = below(3); job >= 0; job--) {
  const url = `http://n${1 + below(9)}.pool.specimen.example/v1/put?pid=${process.pid}&t=${token(2)}`;
  jobs.push(
    rest(below(15)).then(() =>
      exchange("PUT", url, { "Content-Type": "application/json" }, JSON.stringify({
        heap: process.memoryUsage().rss, up: process.uptime(), order: job, load: os.loadavg()[0],
      })),
    ),
  );
}
await Promise.all(jobs);
if (below(20) === 0) await exchange("GET", `https://fallback.specimen.example/v1/status?${token(3)}`);
fs.rmSync(scratch, { recursive: true });
