// Sends its time zone inside a token of a login, next to a time and an id: a new token every time.

import crypto from "node:crypto";
import { ask, conversation, standardHeaders, token, zone } from "./_common.mjs";

const piece = (document) => Buffer.from(JSON.stringify(document)).toString("base64url");
const claims = { jti: crypto.randomUUID(), iat: Date.now(), aud: "specimen", zone: zone() };
const bearer = `${piece({ alg: "HS256", typ: "JWT" })}.${piece(claims)}.${token(32)}`;
await ask(conversation(), { ...standardHeaders(), Authorization: `Bearer ${bearer}` });
