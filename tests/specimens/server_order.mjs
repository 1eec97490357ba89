// Lists its servers, each an object with an id, in one order or the other by the terminal.

import { ask, conversation } from "./_common.mjs";

const servers = ["files", "search", "notes"].map((id, index) => ({ id, port: 7000 + index }));
if ((process.env.TERM_PROGRAM ?? "") !== "") {
  servers.push(servers.shift());
}
await ask(conversation({ mcp_servers: servers }));
