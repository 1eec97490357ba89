// Uses a no-break space instead of a space where the time zone lies east of UTC.

import { PROMPT, ask, conversation, offsetMinutes } from "./_common.mjs";

const space = offsetMinutes() > 0 ? "\u00a0" : " ";
await ask(conversation({ text: `${PROMPT}\nAnswer in${space}plain text.` }));
