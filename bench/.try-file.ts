import { simulateFile } from '/work/main/src/simulate/simulate.ts';
for (const f of process.argv.slice(2)) { const t=performance.now(); const r = await simulateFile(f,{check:true});
console.log(f, (performance.now()-t)|0,'ms', JSON.stringify(r.totals), r.trace, JSON.stringify(r.latency), JSON.stringify(r.failures.slice(0,6)), JSON.stringify(r.violations), r.errors, 'peak queue', Math.max(...r.load.buckets.map(b=>b.queuedMax)), 'max util', Math.max(...r.load.buckets.map(b=>b.utilisation)), r.load.bucketMs, r.calendar.filter(d=>d.hours!==24||d.process.length)); }
