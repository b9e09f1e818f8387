import { simulate } from "./simulate.ts";
const n: Record<string, number> = {};
const add = (k: string, by = 1) => { n[k] = (n[k] ?? 0) + by; };
for (let seed = 1; seed <= Number(process.argv[2] ?? 150); seed += 1) {
  const o = await simulate(seed, true);
  for (const [k, v] of Object.entries(o.counts)) add(k, v as number);
  for (const l of o.lines) {
    if (/signal . \d+ resumes nobody/.test(l)) add("signal nobody");
    else if (/signal . \d+ resumes/.test(l)) add("signal resumed");
    const c = /app checkpoints \d+ steps of \w+: (\w+)/.exec(l); if (c) add("checkpoint " + c[1]);
    if (/\+waits/.test(l)) add("waits opened");
    if (/rerun \w+ from/.test(l)) add("rerun");
    if (/→(completed|failed|cancelled)/.test(l)) add(/→(completed|failed|cancelled)/.exec(l)![1]!);
    if (/crashes/.test(l)) add("crash"); if (/ die/.test(l)) add("die"); if (/call.stale/.test(l)) add("stale"); if (/child-ended/.test(l)) add("child-ended");
    if (/refused/.test(l)) add("refused"); if (/step.matched/.test(l)) add("matched"); if (/timedOut/.test(l)) add("timedOut"); if (/missed/.test(l)) add("missed");
  }
}
console.log(n);
