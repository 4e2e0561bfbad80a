/**
 * Speed of the simulator: user executions a second with no-op tasks, and a year of 3-hour ticks over 10,000
 * people. `node bench/simulate.ts` runs it alone.
 *
 * The ratio to bare async lanes in the same run (64 lanes that count the same tasks and do nothing else) says more
 * than the figures: it does not depend on the machine. Processor time is given beside the time of the wall,
 * because machines are shared.
 */
import { pathToFileURL } from 'node:url';
import { type Scenario, simulate } from '../src/simulate.ts';

const LANES = 64;

interface Timed {
  readonly wallMs: number;
  readonly cpuMs: number;
}

async function timed(work: () => Promise<unknown>): Promise<Timed> {
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs: performance.now() - startedAt, cpuMs: (user + system) / 1_000 };
}

/** Bare lanes: takes so many tasks, one after the other, and awaits each. */
async function bareLanes(tasks: number): Promise<void> {
  let next = 0;
  let done = 0;
  const task = async (): Promise<void> => {
    done += 1;
  };
  const lane = async (): Promise<void> => {
    while (next < tasks) {
      next += 1;
      await task();
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  if (done !== tasks) throw new Error(`Expected ${tasks} tasks to be done, got ${done}`);
}

/** Everybody, every minute, `times` times: one task that answers at once. */
function noOps(people: number, times: number): Scenario {
  const at = (minute: number): string => new Date(Date.UTC(2026, 0, 5, 0, minute + 1)).toISOString();
  return {
    name: 'No-ops',
    start: '2026-01-05T00:00:00Z',
    horizon: 'P1D',
    population: { kind: 'generated', headcount: people },
    workflows: [
      {
        key: 'W',
        workflow: {
          category: 'mover',
          displayName: 'W',
          executionConditions: { '@odata.type': '#microsoft.graph.identityGovernance.onDemandExecutionOnly' },
          tasks: [{ taskDefinitionId: 'nothing', displayName: 'Nothing' }],
        },
        activations: Array.from({ length: times }, (_, minute) => ({ at: at(minute) })),
      },
    ],
  };
}

/** A year of an ordinary company: three scheduled workflows, nine tasks. */
function year(people: number): Scenario {
  const due = (
    attribute: 'employeeHireDate' | 'employeeLeaveDateTime',
    offsetInDays: number,
    name: string,
  ) => ({
    key: name,
    workflow: {
      category: attribute === 'employeeHireDate' ? ('joiner' as const) : ('leaver' as const),
      displayName: name,
      executionConditions: {
        scope: { rule: "employeeType in ('Employee', 'Contractor')" },
        trigger: { timeBasedAttribute: attribute, offsetInDays },
      },
      tasks: ['one', 'two', 'three'].map((task) => ({ taskDefinitionId: task, displayName: task })),
    },
  });
  return {
    name: 'A year',
    start: '2026-01-01',
    horizon: 'P1Y',
    timeZone: 'Europe/Berlin',
    population: { kind: 'generated', headcount: people },
    turnover: { joinersPerMonth: people / 80, leaversPerMonth: people / 100, moversPerMonth: people / 200 },
    workflows: [
      due('employeeHireDate', -7, 'Week before'),
      due('employeeHireDate', 0, 'First day'),
      due('employeeLeaveDateTime', 0, 'Last day'),
    ],
    tasks: {
      '*': { duration: { kind: 'lognormal', medianMs: 800, p95Ms: 5_000 }, failureProbability: 0.01 },
    },
  };
}

/** Prints the figures. */
export async function benchSimulate(): Promise<void> {
  const [people, times] = [20_000, 25];
  await simulate(noOps(1_000, 3)); // the code is warm
  await bareLanes(1_000_000);
  const setUp = await timed(() => simulate(noOps(people, 0)));
  const ours = await timed(() => simulate(noOps(people, times)));
  const bare = await timed(() => bareLanes(people * times));
  const executions = people * times;
  const perSecond = (ms: number): string => Math.round((executions / ms) * 1_000).toLocaleString('en-US');
  const [wallMs, cpuMs] = [ours.wallMs - setUp.wallMs, ours.cpuMs - setUp.cpuMs];
  console.log(
    `simulate: ${executions.toLocaleString('en-US')} user executions, one no-op task each, with trace and hash`,
  );
  console.log(`  ${perSecond(wallMs)} a second (${perSecond(cpuMs)} a second of processor time)`);
  console.log(
    `  bare async lanes: ${perSecond(bare.wallMs)} a second; ratio ${(bare.wallMs / wallMs).toFixed(4)}`,
  );
  for (const [size, scansEverybody] of [
    [10_000, false],
    [10_000, true],
    [50_000, false],
  ] as const) {
    // Everybody at each tick is a tenth of a year: it only shows what the index saves.
    const horizon = scansEverybody ? 'P36D' : 'P1Y';
    const took = await timed(() => simulate(year(size), { scansEverybody, horizon }));
    const what = `${size.toLocaleString('en-US')} people, ${horizon} of 3-hour ticks, three workflows`;
    const how = scansEverybody ? ', everybody looked at in each tick' : '';
    const peak = Math.round(process.resourceUsage().maxRSS / 1_024);
    console.log(
      `simulate: ${what}${how}: ${(took.wallMs / 1_000).toFixed(2)} s (${(took.cpuMs / 1_000).toFixed(2)} s of processor time), ${peak} MB at most so far`,
    );
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  await benchSimulate();
