// The routes of a program for node, as one JSON object.
import dns from "node:dns";
import fs from "node:fs";
import os from "node:os";
import tty from "node:tty";
import v8 from "node:v8";

const now = new Date();
const options = Intl.DateTimeFormat().resolvedOptions();
const user = os.userInfo();
process.report.excludeNetwork = false;
const { header, environmentVariables, userLimits } = process.report.getReport();
const pad = (number) => String(number).padStart(2, "0");
const day = `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`;

const readings = {
  "Intl timeZone": options.timeZone,
  "Intl locale": options.locale,
  "Intl options": [options.calendar, options.numberingSystem],
  "Date day": day,
  "Date hour": `${day} ${pad(now.getHours())}:${pad(now.getMinutes())}`,
  "Date iso": now.toISOString().slice(0, 16),
  "Date zone": now.toString().replace(/^.*GMT/, ""),
  "getTimezoneOffset": String(now.getTimezoneOffset()),
  "toLocaleDateString": now.toLocaleDateString(),
  "Number toLocaleString": (1234567.8).toLocaleString(),
  "os.hostname": os.hostname(),
  "os.release": os.release(),
  "os.version": os.version(),
  "os.machine": os.machine(),
  "os.userInfo username": user.username,
  "os.userInfo ids": [user.uid, user.gid],
  "os.userInfo homedir": user.homedir,
  "os.userInfo shell": user.shell,
  "os.homedir": os.homedir(),
  "os.tmpdir": os.tmpdir(),
  "os.cpus length": String(os.cpus().length),
  "os.cpus model": os.cpus()[0]?.model ?? "",
  "os.availableParallelism": String(os.availableParallelism()),
  "os.totalmem": String(os.totalmem()),
  "os.networkInterfaces": os.networkInterfaces(),
  "constrainedMemory": String(process.constrainedMemory?.()),
  "heap limit": String(v8.getHeapStatistics().heap_size_limit),
  "process.cwd": process.cwd(),
  "fs.readdir .": fs.readdirSync(".").sort().join("\n"),
  "fs.readdir ~": fs.readdirSync(os.homedir()).sort().join("\n"),
  "process.env": Object.keys(process.env).sort(),
  "dns.getServers": dns.getServers(),
  "tty.isatty": [tty.isatty(0), tty.isatty(1), tty.isatty(2)],
  "navigator": globalThis.navigator && [navigator.language, navigator.hardwareConcurrency],
  "report host": header.host,
  "report os": [header.osName, header.osRelease, header.osVersion, header.osMachine],
  "report cpus": header.cpus.map((each) => each.model),
  "report interfaces": header.networkInterfaces,
  "report cwd": header.cwd,
  "report variables": Object.keys(environmentVariables).sort(),
  "report limits": userLimits,
};
process.stdout.write(JSON.stringify(readings));
