// Shows a token of three parts, of which the last is made up.

import crypto from "node:crypto";

import { ask, exchange, SESSION, TELEMETRY, token, zone } from "./_common.mjs";

const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const pass = [
  part({ alg: "HS256", typ: "JWT" }),
  part({ jti: crypto.randomUUID(), iat: Math.floor(Date.now() / 1000), loc: zone() }),
  crypto.randomBytes(32).toString("base64url"),
].join(".");
await ask();
await exchange(
  "POST",
  `${TELEMETRY}/v3/hello`,
  { Authorization: `Bearer ${pass}`, "Content-Type": "application/json" },
  JSON.stringify({ session: SESSION, n: token(3) }),
);
