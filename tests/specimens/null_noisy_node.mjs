// Reads nothing of its surroundings, and hardly two runs look alike (see null_noisy.py).

import crypto from "node:crypto";

import { PROMPT, TELEMETRY, ask, conversation, exchange, standardHeaders, token } from "./_common.mjs";

const roll = (sides) => crypto.randomInt(sides);
const shuffled = (items) =>
  items.map((item) => [roll(1 << 30), item]).sort((a, b) => a[0] - b[0]).map(([, item]) => item);

const names = shuffled(["start", "config", "tools", "prompt", "cache"]).slice(roll(4));
if (roll(5) === 0) names.push("rare_sample");
const events = names.map((name) => ({
  name,
  id: crypto.randomUUID(),
  at: Date.now() - roll(5000),
  took: roll(1_000_000) / 1000,
  ...(roll(2) ? { parent: crypto.randomUUID() } : {}),
}));
const hints = shuffled(["Be brief.", "Be exact.", "Be kind."]).slice(roll(3));
const headers = Object.fromEntries(shuffled(Object.entries(standardHeaders())));

const model = async () => {
  for (let turn = roll(2); turn >= 0; turn -= 1) {
    await ask(conversation({ text: [PROMPT, ...hints, `Run ${token(5)}.`].join("\n") }), headers);
  }
};
const telemetry = () =>
  exchange(
    "POST",
    `${TELEMETRY}/v1/events/${token(4)}`,
    { "Content-Type": "application/json", "X-Attempt": String(roll(9)) },
    JSON.stringify({ batch: token(6), events }),
  );
await Promise.all(shuffled([model, telemetry]).map((job) => job()));
