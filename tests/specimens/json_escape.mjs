// Writes the é of the system prompt by its number in CI.

import { conversation, endpoint, exchange, inCi, standardHeaders, SYSTEM } from "./_common.mjs";

const text = JSON.stringify(conversation({ system: `${SYSTEM} Answer in a café's tone.` }));
const body = inCi() ? text.replace("é", "\\u00e9") : text;
await exchange("POST", endpoint() + "/v1/messages", standardHeaders(), body);
