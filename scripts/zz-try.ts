import { simulatedSdk } from "/work/h/client/test/support/client-simulation/sdk.ts";
import { run } from "/work/h/client/test/support/client-simulation/run.ts";
import { scheduleOf, shrunk } from "/work/h/client/test/support/client-simulation/schedule.ts";
const sdk = await simulatedSdk();
const from = Number(process.argv[2] ?? 1), n = Number(process.argv[3] ?? 1000);
let unhandled = 0;
process.on("unhandledRejection", (e) => { unhandled++; });
const t = performance.now();
const found = new Map<string, number[]>();
for (let seed = from; seed < from + n; seed++) {
  const v = await run(sdk, scheduleOf(seed));
  if (v) { const k = v.replace(/\d+/g, "N"); found.set(k, [...(found.get(k) ?? []), seed]); }
  if (seed % 50 === 0) await new Promise(setImmediate);
}
console.log("ms per schedule", (performance.now() - t) / n, "unhandled", unhandled);
for (const [v, seeds] of found) {
  console.log(v, seeds.length, seeds.slice(0, 5));
  const seed = seeds[0] ?? 0;
  const small = await shrunk(scheduleOf(seed), async (s) => ((await run(sdk, s)) ?? "").replace(/\d+/g, "N") === v);
  console.log(JSON.stringify(small));
}
