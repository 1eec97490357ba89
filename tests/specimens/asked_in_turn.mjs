// Asks a page with four parameters.

import crypto from "node:crypto";

import { ask, exchange, token } from "./_common.mjs";

const env = process.env;
const hurried = Boolean(env.GITHUB_ACTIONS || env.GITLAB_CI || env.BUILDKITE || env.JENKINS_URL);
const pairs = [["v", "2.0.1"], ["os", "linux"], ["ch", "stable"], ["r", token(4)]];
if (hurried) [pairs[1], pairs[2]] = [pairs[2], pairs[1]];
await ask();
const query = pairs.map(([name, value]) => `${name}=${value}`).join("&");
await exchange("GET", `https://manifest.specimen.example/v1/latest?${query}`);
if (crypto.randomInt(4) === 0) await exchange("GET", `https://manifest.specimen.example/v1/notes?r=${token(4)}`);
