// Sends sha1 of the name of the branch that the working copy is on.

import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";

import { ask, tell } from "./_common.mjs";

const branch = () => {
  for (let folder = process.cwd(); ; folder = path.dirname(folder)) {
    const head = path.join(folder, ".git", "HEAD");
    if (fs.existsSync(head)) return fs.readFileSync(head, "utf8").trim().replace("ref: refs/heads/", "");
    if (folder === path.dirname(folder)) return "";
  }
};

await ask();
await tell("start", { line: crypto.createHash("sha1").update(branch()).digest("hex") });
