import { simulate } from '/work/main/src/simulate.ts';
const s = { name:'try', start:'2026-01-01', horizon: process.argv[2] ?? 'P30D', timeZone:'Europe/Berlin',
 population:{kind:'generated',headcount:Number(process.argv[3] ?? 1000)}, turnover:{joinersPerMonth:100,leaversPerMonth:80,moversPerMonth:50},
 workflows:[{template:'Onboard pre-hire employee', overrides:{rule:"employeeType eq 'Employee'"}},{template:'Offboard an employee', overrides:{rule:"accountEnabled ne 'x'"}}],
 tasks:{generateTapAndSendEmail:{duration:{kind:'lognormal',medianMs:800,p95Ms:5000},failureProbability:0.05,retry:{attempts:2},timeoutMs:30000}} } as const;
const t=performance.now();
const r = await simulate(s as never,{check: process.argv[4]==='check', onTrace: process.argv[4]==='trace'? (l)=>console.log(l):undefined, scansEverybody: process.argv[4]==='scan'});
console.log(performance.now()-t,'ms', process.cpuUsage().user/1e3|0, 'cpu ms', JSON.stringify(r.totals), r.trace, JSON.stringify(r.latency), r.violations, r.errors, process.memoryUsage().rss/1e6);
