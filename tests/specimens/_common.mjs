// What the Node specimens share; see _common.py, whose twin this is.

import crypto from "node:crypto";
import http from "node:http";
import https from "node:https";

export const OFFICIAL = "https://api.anthropic.com";
export const TELEMETRY = "https://telemetry.specimen.example";
export const PROMPT = "List the files in this folder and say which of them are tests.";
export const SYSTEM = "You are a careful assistant that works in a terminal. Keep answers short.";
export const SESSION = crypto.randomUUID();

export const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
export const offsetMinutes = () => -new Date().getTimezoneOffset();
export const localeName = () =>
  process.env.LC_ALL || process.env.LC_MESSAGES || process.env.LANG || "C";
export const speaksEnglish = () => ["en", "C", "POSIX"].includes(localeName().split(/[_.]/)[0]);
export const endpoint = () => (process.env.ANTHROPIC_BASE_URL || OFFICIAL).replace(/\/+$/, "");

export const proxy = () => {
  const names = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"];
  const name = names.find((each) => process.env[each]);
  return name === undefined ? null : process.env[name];
};

export const inCi = () =>
  ["CI", "GITHUB_ACTIONS", "GITLAB_CI", "JENKINS_URL", "BUILDKITE", "TF_BUILD"].some(
    (name) => !["", "false", "0"].includes(process.env[name] ?? ""),
  );

export const token = (size = 12) => crypto.randomBytes(size).toString("hex");

// Send one request on a connection of its own; resolves to the status when the answer is over.
export const exchange = (method, url, headers = {}, body = "") =>
  new Promise((resolve, reject) => {
    const library = url.startsWith("https:") ? https : http;
    const all = body ? { ...headers, "Content-Length": Buffer.byteLength(body) } : headers;
    const request = library.request(url, { method, headers: all, agent: false, timeout: 10000 });
    request.on("timeout", () => request.destroy(new Error("no answer")));
    request.on("error", reject);
    request.on("response", (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode));
      response.on("error", reject);
    });
    request.end(body);
  });

export const standardHeaders = () => ({
  "User-Agent": "specimen-agent-node/1.4.2",
  Accept: "application/json",
  "Content-Type": "application/json",
  "X-Api-Key": "sk-specimen-000",
  "Anthropic-Version": "2023-06-01",
  "X-Request-Id": crypto.randomUUID(),
});

export const conversation = ({ text = PROMPT, system = SYSTEM, ...more } = {}) => ({
  model: "claude-sonnet-4-5",
  max_tokens: 1024,
  system,
  messages: [{ role: "user", content: [{ type: "text", text }] }],
  metadata: { user_id: `user_${token(8)}`, session: SESSION, sent_at: Date.now() },
  ...more,
});

export const ask = (document = conversation(), headers = standardHeaders()) =>
  exchange("POST", endpoint() + "/v1/messages", headers, JSON.stringify(document));

export const tell = (name, properties = {}) =>
  exchange(
    "POST",
    TELEMETRY + "/v1/events",
    {
      "User-Agent": "specimen-agent-node/1.4.2",
      "Content-Type": "application/json",
      "X-Request-Id": crypto.randomUUID(),
    },
    JSON.stringify({
      batch: token(6),
      events: [
        { name, id: crypto.randomUUID(), at: Date.now(), session: SESSION, properties },
      ],
    }),
  );
