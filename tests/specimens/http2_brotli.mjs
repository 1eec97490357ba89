// Sends the locale in a body that is compressed with Brotli, over HTTP/2.

import http2 from "node:http2";
import zlib from "node:zlib";

import { localeName, SESSION, TELEMETRY, token } from "./_common.mjs";

const body = zlib.brotliCompressSync(
  JSON.stringify({ batch: token(6), session: SESSION, view: { language: localeName(), zoom: 1 } }),
);
const session = http2.connect(TELEMETRY);
const stream = session.request({
  ":method": "POST",
  ":path": "/v2/views",
  "content-type": "application/json",
  "content-encoding": "br",
});
await new Promise((resolve, reject) => {
  session.on("error", reject);
  stream.on("error", reject);
  stream.on("end", resolve);
  stream.resume();
  stream.end(body);
});
session.close();
