// Sends the locale as base64 in an attribute of its telemetry.

import { ask, localeName, tell } from "./_common.mjs";

await ask();
await tell("start", { l: Buffer.from(localeName()).toString("base64"), version: "1.4.2" });
