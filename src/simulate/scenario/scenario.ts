/**
 * Input of a simulation: plain data, the same in TypeScript and in a JSON file. What stands here is all there is: the
 * types are inferred from it, `readScenario` reads by it, and {@link SCENARIO_SCHEMA} is made of it.
 */
import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema';
import type { InferOutput } from 'valibot';
import type { TemplateOverrides } from '../../catalogue/fill-template.ts';
import { MISSED_SLOT_POLICIES } from '../../engine/settings.ts';
import { parseDuration } from '../../input/durations.ts';
import { parseMoment } from '../../input/moments.ts';
import {
  flag,
  formatted,
  kinds,
  list,
  loose,
  number,
  object,
  positive,
  record,
  text,
  whole,
  word,
} from '../../input/schema.ts';
import type { WorkflowInput } from '../../ledger/input/workflow.ts';
import { isFailureCode } from '../../model/failures.ts';
import { LIMITS } from '../../model/limits.ts';
import { DAY_MS } from '../../model/time.ts';
import { isZone, momentAfter } from '../world/zone.ts';
import { durationShape, ms, msAboveZero } from './duration-shape.ts';
import { name, PEOPLE_MAX, POPULATION } from './population-shape.ts';

/** The end of the longest horizon, P50Y, when it starts in 1970. */
const HORIZON_END_MAX_MS = Date.parse('2020-01-01');
/** Arrivals of all workflows in the simulated time, on average. */
export const ARRIVALS_MAX = 1_000_000;
const PER_SECOND_MAX = 1_000_000;
const CONCURRENCY_MAX = 100_000;
const PROCESSES_MAX = 64;
const CLOCK_JUMP_MAX_SECONDS = 365 * 86_400;

const share = (description?: string) => number(0, 1, description);
const weight = (description?: string) => number(0, 1_000_000, description);
const perMonth = (description?: string) => number(0, 1_000_000, description);
const days = (description?: string) => whole(0, 365, description);
const moment = formatted(
  'date-or-moment',
  'a date such as 2026-03-29, or a date and time such as 2026-03-29T08:00:00Z',
  (value) => parseMoment(value) !== null,
);
const timeZone = formatted('time-zone', 'a time zone such as Europe/Berlin', isZone);
const duration = formatted(
  'duration',
  'an ISO 8601 duration above 0 and up to P50Y, such as P1Y or P10D',
  (value) => {
    const parsed = parseDuration(value);
    const endMs = parsed && momentAfter(0, parsed);
    return endMs !== null && endMs > 0 && endMs <= HORIZON_END_MAX_MS;
  },
);

/** The horizon of a scenario. */
export const HORIZON = duration(
  'Length of the simulated time: an ISO 8601 duration such as P1Y; above 0, up to P50Y.',
);

const TURNOVER = object(
  {},
  {
    joinersPerMonth: perMonth('Default 0, or what growthPerYear and the leavers ask for.'),
    moversPerMonth: perMonth('People who change their department. Default 0.'),
    leaversPerMonth: perMonth('Default 0.'),
    growthPerYear: number(
      0,
      10,
      '0.1: ten per cent more people after a year. Excludes joinersPerMonth. Default: as joiners and leavers make it.',
    ),
    seasonality: list(
      weight(),
      { min: 12, max: 12 },
      'Factors for January to December relative to an average month. Default all 1.',
    ),
    joinDays: object(
      { mondays: weight(), monthStarts: weight(), otherWorkdays: weight() },
      {},
      'Days on which people start, by weight. Default 55 : 30 : 15.',
    ),
    leaveDays: object(
      { fridays: weight(), monthEnds: weight(), otherWorkdays: weight() },
      {},
      'Last days, by weight. Default 20 : 60 : 20.',
    ),
    noticeDays: object(
      { min: days(), max: days() },
      {},
      'Days between the entry in the directory and the date. Default 10..40.',
    ),
    lateShare: share('Share of joiners and leavers entered in the directory 1 to 6 days late. Default 0.02.'),
    keptDays: days('Days between the last day of leavers and their removal from the directory. Default 30.'),
  },
  'People who join, move and leave over time. Numbers per month are averages; what happens varies around them. Default: no one does.',
);

const CHANGE = object(
  { at: moment(), kind: word(['join', 'move', 'leave']) },
  {
    count: whole(1, PEOPLE_MAX, 'Number of people; or share.'),
    share: positive(1, 'Share of the department, or of all; or count. Not for join.'),
    department: name(
      'Limits the change to this department. For join: the department that they join. Default: all, by weight.',
    ),
    to: name('For move: the new department. Default: any other.'),
    noticeDays: days('Days between at and the first or last day. Default 0 for move, 30 for join and leave.'),
  },
  'A change for many people at one moment: an acquisition, a reorganisation, a site that closes.',
);

const WORKFLOW = object(
  {},
  {
    key: name('Name in figures, and key in comparisons. Default: the display name.'),
    workflow: loose<WorkflowInput>(
      'A workflow as workflows.create takes it, scheduled unless it says otherwise or has no trigger; or template.',
    ),
    template: name('Name or GUID of a template; or workflow.'),
    overrides: loose<TemplateOverrides>('What is otherwise than in the template. Default: nothing.'),
    onMove: flag(
      'Runs it on demand for all people who changed department, at the slot after the change. Default false.',
    ),
    activations: list(
      object(
        { at: moment() },
        {
          rule: text(1, 8_192, 'Which people. Default: all.'),
          limit: whole(1, PEOPLE_MAX, 'At most so many of them. Default: all.'),
        },
      ),
      { max: 1_000 },
      'Runs it on demand at these moments. Default: none.',
    ),
    arrivals: object(
      { perHour: positive(ARRIVALS_MAX, 'On average; the gaps between them are exponential.') },
      {},
      'Runs it on demand at random moments, each time for one person, anyone in the directory. Default: never.',
    ),
  },
  'A workflow, written out or from a template, and what starts it.',
);

const FAILURE_RULE = object(
  { probability: share() },
  {
    reason: name('Default: Failed.'),
    code: formatted(
      'failure-code',
      `a code of at most ${LIMITS.failureCodeLengthMax} characters: a letter or digit, then letters, digits, \`_ . : -\``,
      isFailureCode,
    )('Code of the failure. Default: HandlerFailed.'),
    departments: list(name(), { min: 1 }, 'Default: all.'),
    managers: list(name(), { min: 1 }, 'Ids of managers whose reports it affects. Default: all.'),
    hours: list(
      whole(0, 23),
      { min: 1, max: 24 },
      'Hours of the day, in timeZone, in which the call ends. Default: all.',
    ),
    from: moment('Default: always.'),
    until: moment('Default: for ever.'),
    persistent: flag('true: the person is the cause, so all attempts fail alike. Default false.'),
  },
);

const TASK = object(
  {},
  {
    duration: durationShape(
      'How long a call takes, in virtual ms. lognormal is how most services behave. Default: it answers at once.',
    ),
    wait: durationShape(
      'How long the person waits before the first attempt, without a lane, in virtual ms: for a callback, say. Default: not at all.',
    ),
    failureProbability: share(
      'Probability that a call fails for no known reason; drawn for each attempt. Default 0.',
    ),
    failures: list(
      FAILURE_RULE,
      { max: 100 },
      'Failures that affect some people or times more than others. The first match gives the reason. Default: none.',
    ),
    outages: list(
      object(
        { from: moment(), until: moment() },
        {
          reason: name('Default: Service unavailable.'),
          wait: durationShape(
            'The wait of people who are ready in it, in place of the task’s. Default: that.',
          ),
        },
      ),
      { max: 1_000 },
      'Times in which every call fails. Default: none.',
    ),
    hang: object(
      { probability: share() },
      {
        ignoresAbort: flag(
          'true: it continues after its abort, and keeps its lane until the process ends. Default false.',
        ),
      },
      'Calls that never answer; needs timeoutMs. Default: none.',
    ),
    rate: object(
      { perSecond: positive(PER_SECOND_MAX) },
      { whenExceeded: word(['wait', 'fail'], 'Further calls wait, or fail. Default wait.') },
      'Calls a second that the service accepts. Default: any number.',
    ),
    timeoutMs: msAboveZero('Longest time of an attempt. Default: no limit.'),
    retry: object(
      { attempts: whole(1, 100, 'At most, the first included.') },
      {
        delayMs: whole(0, DAY_MS, 'Pause before the second attempt. Default 1000.'),
        factor: number(1, 100, 'By which each further pause is longer. Default 2.'),
        delayMsMax: ms('Longest pause. Default 300000.'),
      },
      'As in the settings of a handler. Default: one attempt.',
    ),
    concurrency: whole(
      1,
      CONCURRENCY_MAX,
      'Calls of this task at once, in each process. Default: no limit of its own.',
    ),
    handlerRate: object(
      {
        limit: whole(1, CONCURRENCY_MAX, 'Calls that start in any intervalMs, at most, in each process.'),
        intervalMs: whole(1, DAY_MS),
      },
      {},
      'The setting rate of the handler: the engine makes further people wait. Default: no limit.',
    ),
  },
  'Behaviour of a task in this scenario, and the settings of its handler.',
);

/** Settings of the schedule. */
export const SCHEDULE = object(
  {},
  {
    intervalHours: whole(1, 24, 'Default 3.'),
    catchUpDays: whole(1, 180, 'Default 3.'),
    missedSlots: word(MISSED_SLOT_POLICIES, 'Default once.'),
    strictSelection: flag('Default false.'),
  },
  'Schedule settings, as those of the engine. Default: those below.',
);

const CAPACITY = object(
  {},
  {
    concurrency: whole(1, CONCURRENCY_MAX, 'Calls at once, of all tasks, in each process. Default 256.'),
    callsPerSecond: positive(
      PER_SECOND_MAX,
      'Calls a second, of all tasks and processes: further calls wait. Default: no limit.',
    ),
  },
  'Capacity of the process, or processes. Default: as below.',
);

const PROCESS_WINDOW = kinds(
  {
    off: [
      { from: moment(), until: moment('The restart.') },
      {
        how: word(['stop', 'kill'], 'stop: running tasks may finish. Default stop.'),
        no: whole(1, PROCESSES_MAX, 'Which of the processes, from 1. Default: all of them.'),
      },
    ],
    asleep: [{ from: moment(), until: moment('Timers that came due meanwhile fire.') }],
    clockJump: [
      {
        at: moment(),
        bySeconds: whole(
          -CLOCK_JUMP_MAX_SECONDS,
          CLOCK_JUMP_MAX_SECONDS,
          'The machine’s clock jumps by so many seconds, back if negative, and stays so.',
        ),
      },
    ],
  },
  'A time span in which a process is off, or the machine asleep, or a moment at which its clock is set.',
);

const PARTS = {
  tasks: record(
    TASK,
    'By task definition (key, GUID or name of your own), or * for all others. Default: at once.',
  ),
  schedule: SCHEDULE,
  capacity: CAPACITY,
  processes: whole(1, PROCESSES_MAX, 'Processes that work on one store. Default 1.'),
};
/** Parts that make neither the people, nor the workflows, nor the time. */
export const SCENARIO_PARTS = object({}, PARTS);
/** What a scenario says. */
export const SCENARIO = object(
  {
    name: name(),
    start: moment('Start of virtual time: 2026-01-01 or 2026-01-01T08:00:00Z.'),
    horizon: HORIZON,
    population: POPULATION,
    workflows: list(WORKFLOW, { min: 1, max: 100 }),
  },
  {
    $schema: text(0, 1_024, 'The schema, for editors. Ignored.'),
    description: text(0, 4_096, 'For readers. Default: none.'),
    timeZone: timeZone('Of hire days, of the calendar, and of dates and times without a zone. Default UTC.'),
    turnover: TURNOVER,
    changes: list(CHANGE, { max: 1_000 }, 'Changes for many people at once. Default: none.'),
    ...PARTS,
    process: list(
      PROCESS_WINDOW,
      { max: 1_000 },
      'Times in which a process is off or asleep, or its clock is set; must not overlap. Default: none.',
    ),
    notes: list(
      text(1, 1_024),
      { max: 1_000 },
      'What was taken for granted, a sentence each. For readers; it changes nothing. Default: nothing.',
    ),
  },
);

/** JSON schema (2020-12) of a scenario file. Formats: `date-or-moment`, `duration` (ISO 8601), `time-zone` (IANA). */
export const SCENARIO_SCHEMA: JsonSchema = {
  title: 'tenure scenario',
  ...toJsonSchema(SCENARIO, { target: 'draft-2020-12', typeMode: 'output', ignoreActions: ['check'] }),
};

/** A scenario. Dates and times without a zone are in `timeZone`. */
export interface Scenario extends InferOutput<typeof SCENARIO> {}
/** Generated people. */
export type GeneratedPopulation = Extract<Scenario['population'], { readonly kind: 'generated' }>;
/** People of a CSV, TSV, JSONL or JSON file, as `openDirectory` reads them. */
export type FilePopulation = Extract<Scenario['population'], { readonly kind: 'file' }>;
/** People who stand in the scenario itself. */
export type GivenPopulation = Extract<Scenario['population'], { readonly kind: 'given' }>;
/** Turnover. Numbers per month are averages; what happens varies around them. */
export interface Turnover extends InferOutput<typeof TURNOVER> {}
/** A change for many people at one moment. */
export interface MassChange extends InferOutput<typeof CHANGE> {}
/** A workflow, written out or from a template, and what starts it. */
export interface ScenarioWorkflow extends InferOutput<typeof WORKFLOW> {}
/** Behaviour of a task in this scenario, and the settings of its handler. */
export interface TaskBehaviour extends InferOutput<typeof TASK> {}
/** A random failure, which can be limited to departments and times. */
export interface FailureRule extends InferOutput<typeof FAILURE_RULE> {}
/** Schedule settings, as those of the engine. */
export interface ScenarioSchedule extends InferOutput<typeof SCHEDULE> {}
/** Capacity of the process. */
export interface ScenarioCapacity extends InferOutput<typeof CAPACITY> {}
/** A time span in which the process is off or asleep, or a moment at which its clock is set. */
export type ProcessWindow = InferOutput<typeof PROCESS_WINDOW>;
