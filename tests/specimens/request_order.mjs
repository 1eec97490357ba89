// Asks for the models after the conversation instead of before, where git has a remote.

import fs from "node:fs";
import path from "node:path";

import { ask, conversation, endpoint, exchange, standardHeaders } from "./_common.mjs";

const hasRemote = () => {
  for (let folder = process.cwd(); ; folder = path.dirname(folder)) {
    const config = path.join(folder, ".git", "config");
    if (fs.existsSync(config)) return /^\s*\[remote /m.test(fs.readFileSync(config, "utf8"));
    if (folder === path.dirname(folder)) return false;
  }
};

const models = () => exchange("GET", `${endpoint()}/v1/models`, standardHeaders());
const talk = () => ask(conversation());
for (const step of hasRemote() ? [talk, models] : [models, talk]) await step();
