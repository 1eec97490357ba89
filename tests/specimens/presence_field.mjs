// Adds a field to its telemetry where a proxy is configured; which proxy it does not say.

import { ask, proxy, tell } from "./_common.mjs";

await ask();
await tell("start", { version: "1.4.2", ...(proxy() === null ? {} : { relayed: true }) });
