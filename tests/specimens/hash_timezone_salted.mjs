// Sends MD5 of a fixed salt and the name of the time zone, among metadata.

import crypto from "node:crypto";

import { ask, conversation, zone } from "./_common.mjs";

const document = conversation();
document.metadata.cohort = crypto.createHash("md5").update(`salt${zone()}`).digest("hex");
await ask(document);
