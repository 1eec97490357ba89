// Sends a packed body that no header declares; one digit of it says whether this is CI.

import zlib from "node:zlib";

import { ask, exchange, inCi, SESSION, TELEMETRY, token } from "./_common.mjs";

const usage = { session: SESSION, seats: inCi() ? 0 : 1, trace: token(40), at: Date.now() };
await ask();
await exchange(
  "PUT",
  TELEMETRY + "/v3/usage",
  { "Content-Type": "application/octet-stream" },
  zlib.gzipSync(JSON.stringify(usage)),
);
