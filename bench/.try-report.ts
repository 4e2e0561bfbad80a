import { simulateFile } from '/work/main/src/simulate/simulate.ts';
import { simulationReport } from '/work/main/src/simulate/report/simulation-report.ts';
import { writeFileSync } from 'node:fs';
for (const f of process.argv.slice(2)) { const r = await simulateFile(f); const n='/tmp/'+f.split('/').pop()!.replace('.json','.html'); writeFileSync(n, simulationReport(r)); console.log(n, r.totals.users, JSON.stringify(r.failures.slice(0,5)), r.latency.p50Ms/3.6e6, r.latency.maxMs/3.6e6, r.totals.retries)}
