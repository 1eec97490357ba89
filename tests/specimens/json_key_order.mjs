// Puts one key of the body before another where the language is not English.

import { ask, conversation, speaksEnglish } from "./_common.mjs";

const { model, max_tokens, ...rest } = conversation();
await ask(speaksEnglish() ? { model, max_tokens, ...rest } : { max_tokens, model, ...rest });
