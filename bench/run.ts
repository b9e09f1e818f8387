/**
 * `node bench/run.ts <name> [--json] [--scale 0.1] [--profile FOLDER] [--postgres-uri URI]`: one bench, its
 * numbers, and what they were measured on. See README.md beside this file.
 */

import { mkdirSync } from "node:fs";
import { loadavg } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { claims } from "./claims.ts";
import { idle } from "./idle.ts";
import { latency } from "./latency.ts";
import { lists } from "./lists.ts";
import { machine, machineText } from "./machine.ts";
import { asText, type Bench } from "./report.ts";
import { sleepers } from "./sleepers.ts";
import { throughput } from "./throughput.ts";
import { waits } from "./waits.ts";

const benches: Record<string, Bench> = { throughput, latency, idle, sleepers, waits, claims, lists };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    scale: { type: "string", default: "1" },
    profile: { type: "string" },
    "postgres-uri": { type: "string" },
  },
});
const [name = ""] = positionals;
const bench = benches[name];
const scale = Number(values.scale);
if (bench === undefined || !(scale > 0 && scale <= 1)) {
  process.stderr.write(
    `usage: node bench/run.ts <${Object.keys(benches).join("|")}> [--json] [--scale 0…1] [--profile FOLDER] [--postgres-uri URI]\n`,
  );
  process.exit(2);
}

// Ctrl-C ends through here, so that children and folders go, too.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));
const profiles = values.profile === undefined ? null : resolve(values.profile);
if (profiles !== null) mkdirSync(profiles, { recursive: true });

const facts = machine();
const command = `node bench/run.ts ${process.argv.slice(2).join(" ")}`;
const began = performance.now();
const say = (text: string): void => {
  process.stderr.write(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${text}\n`);
};
const report = await bench({ scale, profiles, postgresUri: values["postgres-uri"] ?? null, say });
const seconds = (performance.now() - began) / 1000;
const loadAtEnd = loadavg()[0] ?? Number.NaN;
process.stdout.write(
  values.json
    ? `${JSON.stringify({ bench: name, command, scale, machine: facts, seconds, loadAtEnd, ...report }, null, 2)}\n`
    : `${machineText(facts)}\n\`${command}\` (${seconds.toFixed(0)} s, load at the end ${loadAtEnd.toFixed(2)})\n\n${asText(report)}`,
);
process.exit(0);
