// Writes one header name in lower case where a proxy is configured.

import { ask, conversation, proxy, standardHeaders } from "./_common.mjs";

const { "X-Request-Id": id, ...rest } = standardHeaders();
const name = proxy() === null ? "X-Request-Id" : "x-request-id";
await ask(conversation(), { ...rest, [name]: id });
