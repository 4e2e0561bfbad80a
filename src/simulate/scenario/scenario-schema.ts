import { MISSED_SLOT_POLICIES } from '../../engine/settings.ts';
import { DURATION_MAX_MS } from '../process/durations.ts';
import type { ObjectSchema, Schema } from './schema.ts';

const PROBABILITY = { type: 'number', minimum: 0, maximum: 1 } as const;
const MS = { type: 'integer', minimum: 0, maximum: DURATION_MAX_MS } as const;
const MS_POSITIVE = { type: 'integer', minimum: 1, maximum: DURATION_MAX_MS } as const;
const WEIGHT = { type: 'number', minimum: 0, maximum: 1_000_000 } as const;
const PER_MONTH = { type: 'number', minimum: 0, maximum: 1_000_000 } as const;
const DAYS = { type: 'integer', minimum: 0, maximum: 365 } as const;
const NAME = { type: 'string', minLength: 1, maxLength: 256 } as const;
const MOMENT = {
  type: 'string',
  format: 'date-or-moment',
  description: 'a date such as 2026-03-29, or a date and time such as 2026-03-29T08:00:00Z',
} as const;

function object(properties: Readonly<Record<string, Schema>>, ...required: readonly string[]): ObjectSchema {
  return { type: 'object', properties, required, additionalProperties: false };
}

/** Schema of one alternative of a `oneOf`. */
function kind(
  name: string,
  properties: Readonly<Record<string, Schema>>,
  ...required: readonly string[]
): ObjectSchema {
  return object({ kind: { type: 'string', enum: [name] }, ...properties }, 'kind', ...required);
}

const POPULATION: Schema = {
  description: 'kind generated (people that are made up) or file (people of a CSV, TSV, JSONL or JSON file)',
  oneOf: [
    kind(
      'generated',
      {
        headcount: { type: 'integer', minimum: 0, maximum: 1_000_000 },
        departments: {
          type: 'array',
          minItems: 1,
          maxItems: 1_000,
          items: object(
            { name: NAME, weight: { type: 'number', exclusiveMinimum: 0, maximum: 1_000_000 } },
            'name',
          ),
        },
        peoplePerManager: { type: 'integer', minimum: 1, maximum: 1_000 },
      },
      'headcount',
    ),
    kind(
      'file',
      {
        path: { type: 'string', minLength: 1, maxLength: 4_096 },
        map: { type: 'object', additionalProperties: NAME },
        delimiter: { type: 'string', minLength: 1, maxLength: 8 },
        onDuplicate: { type: 'string', enum: ['refuse', 'first', 'last'] },
        dates: { type: 'array', maxItems: 20, items: NAME },
        dateAttributes: { type: 'array', maxItems: 100, items: NAME },
      },
      'path',
    ),
  ],
};

const TURNOVER = object({
  joinersPerMonth: PER_MONTH,
  moversPerMonth: PER_MONTH,
  leaversPerMonth: PER_MONTH,
  growthPerYear: { type: 'number', minimum: 0, maximum: 10 },
  seasonality: { type: 'array', minItems: 12, maxItems: 12, items: WEIGHT },
  joinDays: object(
    { mondays: WEIGHT, monthStarts: WEIGHT, otherWorkdays: WEIGHT },
    'mondays',
    'monthStarts',
    'otherWorkdays',
  ),
  leaveDays: object(
    { fridays: WEIGHT, monthEnds: WEIGHT, otherWorkdays: WEIGHT },
    'fridays',
    'monthEnds',
    'otherWorkdays',
  ),
  noticeDays: object({ min: DAYS, max: DAYS }, 'min', 'max'),
  lateShare: PROBABILITY,
  keptDays: DAYS,
});

const CHANGE = object(
  {
    at: MOMENT,
    kind: { type: 'string', enum: ['join', 'move', 'leave'] },
    count: { type: 'integer', minimum: 1, maximum: 1_000_000 },
    share: { type: 'number', exclusiveMinimum: 0, maximum: 1 },
    department: NAME,
    to: NAME,
    noticeDays: DAYS,
  },
  'at',
  'kind',
);

const WORKFLOW = object({
  key: NAME,
  workflow: { type: 'object', description: 'a workflow as workflows.create takes it' },
  template: NAME,
  overrides: { type: 'object', description: 'what is otherwise than in the template' },
  onMove: { type: 'boolean' },
  activations: {
    type: 'array',
    maxItems: 1_000,
    items: object(
      {
        at: MOMENT,
        rule: { type: 'string', minLength: 1, maxLength: 8_192 },
        limit: { type: 'integer', minimum: 1, maximum: 1_000_000 },
      },
      'at',
    ),
  },
});

const DURATION: Schema = {
  oneOf: [
    kind('fixed', { ms: MS }, 'ms'),
    kind('uniform', { minMs: MS, maxMs: MS }, 'minMs', 'maxMs'),
    kind('lognormal', { medianMs: MS_POSITIVE, p95Ms: MS_POSITIVE }, 'medianMs', 'p95Ms'),
    kind('exponential', { meanMs: MS_POSITIVE }, 'meanMs'),
  ],
};

const TASK = object({
  duration: DURATION,
  failureProbability: PROBABILITY,
  failures: {
    type: 'array',
    maxItems: 100,
    items: object(
      {
        probability: PROBABILITY,
        reason: NAME,
        departments: { type: 'array', minItems: 1, items: NAME },
        from: MOMENT,
        until: MOMENT,
        persistent: { type: 'boolean' },
      },
      'probability',
    ),
  },
  outages: {
    type: 'array',
    maxItems: 1_000,
    items: object({ from: MOMENT, until: MOMENT, reason: NAME }, 'from', 'until'),
  },
  hang: object({ probability: PROBABILITY, ignoresAbort: { type: 'boolean' } }, 'probability'),
  rate: object(
    {
      perSecond: { type: 'number', exclusiveMinimum: 0, maximum: 1_000_000 },
      whenExceeded: { type: 'string', enum: ['wait', 'fail'] },
    },
    'perSecond',
  ),
  timeoutMs: MS_POSITIVE,
  retry: object(
    {
      attempts: { type: 'integer', minimum: 1, maximum: 100 },
      delayMs: { type: 'integer', minimum: 0, maximum: 86_400_000 },
      factor: { type: 'number', minimum: 1, maximum: 100 },
      delayMaxMs: MS,
    },
    'attempts',
  ),
  concurrency: { type: 'integer', minimum: 1, maximum: 100_000 },
});

const PROCESS: Schema = {
  oneOf: [
    kind(
      'off',
      { from: MOMENT, until: MOMENT, how: { type: 'string', enum: ['stop', 'kill'] } },
      'from',
      'until',
    ),
    kind('asleep', { from: MOMENT, until: MOMENT }, 'from', 'until'),
    kind(
      'clockJump',
      { at: MOMENT, bySeconds: { type: 'integer', minimum: -31_536_000, maximum: 31_536_000 } },
      'at',
      'bySeconds',
    ),
  ],
};

/** JSON schema of a scenario file. Formats: `date-or-moment`, `duration` (ISO 8601), `time-zone` (IANA). */
export const SCENARIO_SCHEMA: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'tenure scenario',
  ...object(
    {
      $schema: { type: 'string' },
      name: { ...NAME, description: 'a name' },
      description: { type: 'string', maxLength: 4_096 },
      start: MOMENT,
      horizon: {
        type: 'string',
        format: 'duration',
        description: 'an ISO 8601 duration above 0 and up to P50Y, such as P1Y or P10D',
      },
      timeZone: { type: 'string', format: 'time-zone' },
      population: POPULATION,
      turnover: TURNOVER,
      changes: { type: 'array', maxItems: 1_000, items: CHANGE },
      workflows: {
        type: 'array',
        minItems: 1,
        maxItems: 100,
        items: WORKFLOW,
        description: 'an array of at least one workflow',
      },
      tasks: { type: 'object', additionalProperties: TASK },
      schedule: object({
        intervalHours: { type: 'integer', minimum: 1, maximum: 24 },
        catchUpDays: { type: 'integer', minimum: 1, maximum: 180 },
        missedSlots: { type: 'string', enum: MISSED_SLOT_POLICIES },
        strictSelection: { type: 'boolean' },
      }),
      capacity: object({
        concurrency: { type: 'integer', minimum: 1, maximum: 100_000 },
        callsPerSecond: { type: 'number', exclusiveMinimum: 0, maximum: 1_000_000 },
      }),
      process: { type: 'array', maxItems: 1_000, items: PROCESS },
    },
    'name',
    'start',
    'horizon',
    'population',
    'workflows',
  ),
};
