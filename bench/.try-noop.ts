import { simulate } from '/work/main/src/simulate.ts';
const n = Number(process.argv[2] ?? 20000), tasks = Number(process.argv[3] ?? 1), times = 40;
const s = { name:'try', start:'2026-01-01', horizon: 'P2D',
 population:{kind:'generated',headcount:n},
 workflows:[{workflow:{category:'mover',displayName:'w',executionConditions:{'@odata.type':'#microsoft.graph.identityGovernance.onDemandExecutionOnly'},tasks:Array.from({length:tasks},(_,i)=>({taskDefinitionId:'mine'+i,displayName:'t'+i}))},activations:Array.from({length:times},(_,i)=>({at:`2026-01-01T00:${String(i).padStart(2,'0')}:01Z`}))}]};
await simulate({...s, workflows:[{...s.workflows[0], activations:[]}]} as never,{});
const c0=process.cpuUsage().user, t=performance.now();
const r = await simulate(s as never,{});
const t2=performance.now();
console.log('all',t2-t, 'exec/s', n*times/((t2-t))*1000, 'per cpu s', n*times/(process.cpuUsage().user-c0)*1e6|0, r.totals.users, r.trace.lines, process.memoryUsage().rss/1e6);
