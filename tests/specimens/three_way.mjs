// Adds a tool where it runs in CI, behind a proxy, and in a language that is not English.

import { ask, conversation, inCi, proxy, speaksEnglish, tell } from "./_common.mjs";

const tool = (name) => ({ name, description: `The tool ${name}.`, input_schema: { type: "object" } });
const tools = [tool("read"), tool("write")];
if (inCi() && proxy() !== null && !speaksEnglish()) tools.push(tool("notify"));
await ask(conversation({ tools }));
await tell("start", { version: "1.4.2" });
