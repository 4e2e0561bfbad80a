import fc from 'fast-check';
import { WORKFLOW_TEMPLATES } from '../../catalogue/index.ts';
import { MISSED_SLOT_POLICIES } from '../../engine/options.ts';
import { readOptions } from '../../input/options.ts';
import { DAY_MS, SECOND_MS } from '../../model/time.ts';
import type {
  MassChange,
  ProcessWindow,
  Scenario,
  ScenarioWorkflow,
  TaskBehaviour,
} from '../../simulate/scenario.ts';
import { behaviour, type MomentAt, plain, type Timed } from './behaviours.ts';
import { SCENARIO } from './options.ts';
import { workflowInput } from './workflows.ts';

/** How large a scenario may be. */
export interface ScenarioOptions {
  /** People at the start, at most. Default 40. */
  readonly headcountMax?: number;
  /** Default 3. */
  readonly workflowsMax?: number;
  /** Days of the horizon, at most. Default 6. */
  readonly daysMax?: number;
}

/** Ordinary days first, then those on which clocks change in Berlin and St. John's, and a leap day. */
const STARTS = ['2026-01-05', '2026-03-27', '2026-10-23', '2026-03-06', '2028-02-27'] as const;
const ZONES = ['UTC', 'Europe/Berlin', 'America/St_Johns', 'Pacific/Kiritimati'] as const;
/** Those that templates and `workflowInput` select, and another one. */
const DEPARTMENTS = ['Marketing', 'Sales', "Workers' Council"] as const;
/** Of the workflows; the others are called `*`, or what templates have. */
const DEFINITIONS = ['createAccount', 'sendMail', 'handOverBadge'] as const;

const thousandths = fc.nat({ max: 999 });
/** Unbiased: most of what can be wrong takes some people, and some days. */
const evenly = (min: number, max: number) => fc.noBias(fc.integer({ min, max }));
const perMonth = evenly(0, 150);

/**
 * A whole scenario for `simulate`, always valid: people who come, move and leave, workflows of their own and
 * from templates, tasks that fail, hang, are slow or out of order, little capacity, clock changes, a process that
 * is stopped, killed, asleep or has a wrong clock. The population is a generated one. Shrinks to one workflow
 * of one task that is run once, for nobody, on an ordinary day.
 */
export function scenario(options?: ScenarioOptions): fc.Arbitrary<Scenario> {
  const { headcountMax, workflowsMax, daysMax } = readOptions(options, 'scenario', SCENARIO);
  const required = plain(
    {
      start: fc.constantFrom(...STARTS),
      days: evenly(1, daysMax),
      headcount: evenly(0, headcountMax),
      workflows: fc.array(scenarioWorkflow(), { minLength: 1, maxLength: workflowsMax }),
    },
    ['start', 'days', 'headcount', 'workflows'],
  );
  const settings = plain(
    {
      timeZone: fc.constantFrom(...ZONES),
      schedule: plain(
        {
          intervalHours: fc.constantFrom(3, 1, 7, 24),
          catchUpDays: fc.constantFrom(3, 1),
          missedSlots: fc.constantFrom(...MISSED_SLOT_POLICIES),
        },
        [],
      ),
      capacity: plain(
        { concurrency: fc.constantFrom(40, 2, 1), callsPerSecond: fc.constantFrom(100, 1, 0.1) },
        [],
      ),
    },
    [],
  );
  const timed = fc.record({
    turnover: fc.option(turnover(), { freq: 5 }),
    changes: fc.array(massChange(), { maxLength: 2 }),
    tasks: fc.uniqueArray(fc.tuple(fc.constantFrom('*', ...DEFINITIONS), behaviour(DEPARTMENTS)), {
      maxLength: 3,
      selector: ([name]) => name,
    }),
    process: processWindows(),
  });
  return fc.tuple(required, settings, timed).map(([{ start, days, headcount, workflows }, own, parts]) => {
    const at: MomentAt = (share) =>
      new Date(Date.parse(start) + Math.floor((days * DAY_MS * share) / 1_000)).toISOString();
    const changes = parts.changes.map((one) => one(at));
    const tasks: Record<string, TaskBehaviour> = Object.fromEntries(
      parts.tasks.map(([name, task]) => [name, task(at)]),
    );
    const process = parts.process(at);
    return {
      name: 'generated',
      start,
      horizon: `P${days}D`,
      population: {
        kind: 'generated',
        headcount,
        departments: DEPARTMENTS.map((name) => ({ name })),
      },
      workflows: workflows.map((one, index) => one(at, `Workflow ${index + 1}`)),
      ...own,
      ...(parts.turnover ? { turnover: parts.turnover } : {}),
      ...(changes.length > 0 ? { changes } : {}),
      ...(parts.tasks.length > 0 ? { tasks } : {}),
      ...(process.length > 0 ? { process } : {}),
    };
  });
}

function turnover(): fc.Arbitrary<NonNullable<Scenario['turnover']>> {
  return plain(
    {
      joinersPerMonth: perMonth,
      moversPerMonth: perMonth,
      leaversPerMonth: perMonth,
      lateShare: fc.constantFrom(0, 0.5, 1),
      keptDays: fc.integer({ min: 0, max: 3 }),
      noticeDays: fc
        .tuple(fc.nat({ max: 3 }), fc.nat({ max: 10 }))
        .map(([min, more]) => ({ min, max: min + more })),
    },
    ['joinersPerMonth'],
  );
}

function massChange(): fc.Arbitrary<Timed<MassChange>> {
  const department = fc.constantFrom(...DEPARTMENTS);
  const count = plain({ count: fc.integer({ min: 1, max: 20 }) }, ['count']);
  const share = plain({ share: fc.constantFrom(0.1, 0.5, 1) }, ['share']);
  const deed = fc.oneof(
    fc.tuple(fc.constant({ kind: 'join' as const }), count),
    fc.tuple(fc.constant({ kind: 'leave' as const }), fc.oneof(count, share)),
    fc.tuple(
      department.map((to) => ({ kind: 'move' as const, to })),
      fc.oneof(count, share),
    ),
  );
  const whom = plain({ department, noticeDays: fc.nat({ max: 3 }) }, []);
  return fc.tuple(thousandths, deed, whom).map(([moment, [what, howMany], who]) => (at) => ({
    at: at(moment),
    ...what,
    ...howMany,
    ...who,
  }));
}

type Activation = NonNullable<ScenarioWorkflow['activations']>[number];

/** Workflows of one scenario have names of their own. */
type Named = (at: MomentAt, displayName: string) => ScenarioWorkflow;

function scenarioWorkflow(): fc.Arbitrary<Named> {
  const written = (scheduled: boolean) =>
    workflowInput({ definitions: DEFINITIONS, tasksMax: 3, scheduled }).map(
      (workflow) => (displayName: string) => ({ workflow: { ...workflow, displayName } }),
    );
  const filled = fc
    .constantFrom(...WORKFLOW_TEMPLATES)
    .map(({ id: template, executionConditions: conditions }) => {
      // The simulator schedules by dates only.
      const isOfChange = 'trigger' in conditions && 'triggerAttributes' in conditions.trigger;
      const more = isOfChange ? { isSchedulingEnabled: false } : {};
      return (displayName: string) => ({ template, overrides: { displayName, ...more } });
    });
  const activation = fc
    .tuple(
      thousandths,
      plain({ rule: fc.constantFrom("department eq 'Sales'"), limit: fc.integer({ min: 1, max: 20 }) }, []),
    )
    .map(
      ([moment, whom]): Timed<Activation> =>
        (at) => ({ at: at(moment), ...whom }),
    );
  const demanded = (minLength: number) => fc.array(activation, { minLength, maxLength: 2 });
  return fc
    .tuple(
      fc.oneof(
        fc.tuple(written(false), demanded(1)),
        { weight: 3, arbitrary: fc.tuple(written(true), demanded(0)) },
        fc.tuple(filled, demanded(0)),
      ),
      fc.boolean(),
    )
    .map(([[named, activations], onMove]) => (at, displayName) => ({
      ...named(displayName),
      ...(onMove ? { onMove } : {}),
      ...(activations.length > 0 ? { activations: activations.map((one) => one(at)) } : {}),
    }));
}

/** Windows one after the other. */
function processWindows(): fc.Arbitrary<Timed<readonly ProcessWindow[]>> {
  const what = fc.constantFrom('stop', 'kill', 'asleep', 'back', 'forth');
  const window = fc.tuple(what, fc.nat({ max: 300 }), fc.integer({ min: 1, max: 300 }));
  return fc.array(window, { maxLength: 3 }).map((windows) => (at) => {
    let passed = 0;
    return windows.map(([kind, gap, length]): ProcessWindow => {
      const from = at(passed + gap);
      passed += gap + length;
      const until = at(passed);
      if (kind === 'asleep') return { kind, from, until };
      if (kind === 'stop' || kind === 'kill') return { kind: 'off', from, until, how: kind };
      const seconds = Math.round((Date.parse(until) - Date.parse(from)) / SECOND_MS);
      return { kind: 'clockJump', at: from, bySeconds: kind === 'back' ? -seconds : seconds };
    });
  });
}
