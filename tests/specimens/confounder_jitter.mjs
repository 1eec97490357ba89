// Sends four requests at once, each after a random wait: they arrive in any order.

import crypto from "node:crypto";

import { ask, exchange, tell, TELEMETRY, token } from "./_common.mjs";

const soon = () => new Promise((resolve) => setTimeout(resolve, crypto.randomInt(0, 25)));
const steps = [
  () => ask(),
  () => tell("start", { version: "1.4.2" }),
  () => exchange("GET", `${TELEMETRY}/v1/flags?r=${token(4)}`),
  () => exchange("GET", `https://static.specimen.example/v1/notes?r=${token(4)}`),
];
await Promise.all(steps.map((step) => soon().then(step)));
