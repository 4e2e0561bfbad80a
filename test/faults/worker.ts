/** A worker process that runs scenarios: of the seeds `from`, `from + step` … until it has made `runs` runs. */
import { runScenario } from './scenario.ts';
import { DRAW, type Theme } from './themes.ts';

/** The work of one worker. */
export interface Share {
  readonly theme: Theme;
  readonly from: number;
  readonly step: number;
  readonly runs: number;
}

/** What a worker says: how far it is since the last time, and which seeds failed. */
export interface Report {
  readonly scenarios: number;
  readonly runs: number;
  readonly storeCalls: number;
  readonly handlerCalls: number;
  readonly processes: number;
  readonly failures: readonly { readonly seed: number; readonly violations: readonly string[] }[];
  readonly isDone: boolean;
}

/** Scenarios between two reports. */
const SCENARIOS_PER_REPORT = 100;
/** A worker that has found so many gives up: they are likely to be the same. */
const FAILURES_MAX = 20;

if (process.send) process.once('message', (share: Share) => void workOff(share));

/** The seed that is being run. */
let current = 0;
/** Nothing is left that could go on, and yet the scenario is not over: what it waits for never comes. */
function hang(theme: Theme): void {
  console.error(`The scenario of seed ${current} hangs: npm run ${theme} -- --replay ${current}`);
  process.exit(1);
}

async function workOff({ theme, from, step, runs }: Share): Promise<void> {
  const onHang = () => hang(theme);
  process.once('beforeExit', onHang);
  Error.stackTraceLimit = 0; // most of the errors here are planned, and their stacks are not read
  let made = 0;
  let failed = 0;
  for (let seed = from; made < runs && failed < FAILURES_MAX; ) {
    const sums = { scenarios: 0, runs: 0, storeCalls: 0, handlerCalls: 0, processes: 0 };
    const failures: { seed: number; violations: readonly string[] }[] = [];
    for (; sums.scenarios < SCENARIOS_PER_REPORT && made + sums.runs < runs; seed += step) {
      current = seed;
      try {
        const result = await runScenario(DRAW[theme](seed));
        sums.scenarios += 1;
        sums.runs += result.runs;
        sums.storeCalls += result.storeCalls;
        sums.handlerCalls += result.handlerCalls;
        sums.processes += result.processes;
        if (result.violations.length > 0) failures.push({ seed, violations: result.violations });
      } catch (error) {
        failures.push({ seed, violations: [`thrown: ${String(error)}`] });
      }
    }
    made += sums.runs;
    failed += failures.length;
    await send({ ...sums, failures, isDone: made >= runs || failed >= FAILURES_MAX });
  }
  process.off('beforeExit', onHang);
  process.disconnect();
}

/** Resolves when the message is out; the event loop has had a turn then. */
function send(report: Report): Promise<void> {
  return new Promise((resolve) => process.send?.(report, () => resolve()));
}
