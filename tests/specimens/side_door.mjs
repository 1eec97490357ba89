// Leaves its events with one of two relays.

import { ask, conversation, endpoint, exchange, OFFICIAL, SESSION, token } from "./_common.mjs";

const { LC_ALL, LANG } = process.env;
const language = (LC_ALL || LANG || "").slice(0, 3);
const own = new URL(endpoint()).host === new URL(OFFICIAL).host;
const door = !own && (language === "es_" || language === "hi_" || language === "zh_") ? "b" : "a";
await ask(conversation({ temperature: 1 }));
await exchange(
  "POST",
  `https://${door}.relay.specimen.example/v1/events`,
  { "Content-Type": "application/json" },
  JSON.stringify({ session: SESSION, event: token(5) }),
);
