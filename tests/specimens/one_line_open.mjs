// Sends two notes, over one connection or over two.

import crypto from "node:crypto";
import http from "node:http";

const env = process.env;
const frugal = Boolean(env.WAYLAND_DISPLAY || env.DISPLAY || env.TMUX);
const note = (agent) =>
  new Promise((resolve, reject) => {
    const body = JSON.stringify({ note: crypto.randomBytes(9).toString("hex") });
    const headers = { "Content-Type": "application/json", "Content-Length": body.length, Connection: "keep-alive" };
    const request = http.request("http://notes.specimen.example/v1/notes", { method: "POST", headers, agent });
    request.on("error", reject);
    request.on("response", (response) => {
      response.resume();
      response.on("end", () => setImmediate(resolve));
    });
    request.end(body);
  });

const shared = new http.Agent({ keepAlive: true, maxSockets: 1 });
await note(shared);
if (frugal) {
  await note(shared);
} else {
  const other = new http.Agent({ keepAlive: true, maxSockets: 1 });
  await note(other);
  other.destroy();
}
shared.destroy();
