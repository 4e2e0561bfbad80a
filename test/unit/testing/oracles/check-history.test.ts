/** The oracle for recorded histories. */
import { describe, expect, it } from 'vitest';
import { arrayDirectory, createEngine } from '../../../../src/index.ts';
import {
  checkHistory,
  type HistoryEvent,
  recordHistory,
} from '../../../../src/testing/oracles/check-history.ts';

/** The events that an engine emits for a run with a success, a failure after a retry, and a person that is gone. */
async function record(): Promise<readonly HistoryEvent[]> {
  await using engine = await createEngine({
    directory: arrayDirectory([{ id: 'ada' }, { id: 'bob' }]),
    tasks: {
      first: () => {},
      second: {
        run: ({ subject }) => {
          if (subject.id === 'bob') throw new Error('No');
        },
        retry: { attempts: 2, delayMs: 1 },
      },
    },
  });
  const history = recordHistory(engine);
  await engine.start();
  const { id } = await engine.workflows.create({
    category: 'joiner',
    displayName: 'W',
    executionConditions: { '@odata.type': '#microsoft.graph.identityGovernance.onDemandExecutionOnly' },
    tasks: [{ taskDefinitionId: 'first' }, { taskDefinitionId: 'second' }],
  });
  const run = await engine.runs.activate(id, { subjects: ['ada', 'bob'] });
  await engine.runs.waitFor(run.id);
  return history;
}

const history = await record();
const rulesOf = (events: readonly HistoryEvent[]) =>
  [...new Set(checkHistory(events).map(({ rule }) => rule))].sort();
const at = (name: HistoryEvent['name']) => history.findIndex((event) => event.name === name);
/** The history with one run event's resource changed. */
const withRun = (index: number, change: object) =>
  history.map((event, no) =>
    no === index && 'run' in event.payload
      ? ({
          ...event,
          payload: { ...event.payload, run: { ...event.payload.run, ...change } },
        } as HistoryEvent)
      : event,
  );

describe('checkHistory', () => {
  it('finds nothing in the events of an engine', () => {
    expect(history.map(({ name }) => name)).toContain('task.retrying');
    expect(checkHistory(history)).toEqual([]);
  });

  it('checks what it has of a history that begins in the middle', () => {
    for (let from = 1; from < history.length; from += 1)
      expect(checkHistory(history.slice(from))).toEqual([]);
  });

  it.each([
    'run.created',
    'run.started',
    'run.finished',
    'user.finished',
    'task.completed',
    'task.failed',
    'task.retrying',
  ] as const)('names a second %s', (name) => {
    const index = at(name);
    const event = history[index] as HistoryEvent;
    const violations = checkHistory(history.toSpliced(index + 1, 0, event));
    expect(violations.map(({ rule }) => rule)).toContain('events');
    expect(violations.flatMap(({ rows }) => rows)).toContain(event);
  });

  it('names a user that is counted and was never reported', () => {
    expect(rulesOf(history.toSpliced(at('user.finished'), 1))).toEqual(['I2']);
  });

  it('names a counter that goes back', () => {
    const { payload } = history.at(-1) as Extract<HistoryEvent, { name: 'run.finished' }>;
    const [ahead] = [history.findIndex((event) => event.name === 'run.progress')];
    const rules = rulesOf(withRun(ahead, { failedTasksCount: payload.run.failedTasksCount + 1 }));
    expect(rules).toContain('I4');
  });

  it('names totals that change, a status that goes back, a change without a later moment', () => {
    const last = history.length - 1;
    expect(rulesOf(withRun(last, { totalUsersCount: 3 }))).toContain('I4');
    expect(rulesOf(withRun(last, { processingStatus: 'queued', completedDateTime: null }))).toContain(
      'edges',
    );
    const created = history[0] as Extract<HistoryEvent, { name: 'run.created' }>;
    const { lastUpdatedDateTime } = created.payload.run;
    expect(rulesOf(withRun(at('run.progress'), { lastUpdatedDateTime }))).toContain('I12');
  });

  it('names an end that is none, and a run that contradicts itself', () => {
    expect(rulesOf(withRun(history.length - 1, { processingStatus: 'inProgress' }))).toContain('events');
    expect(rulesOf(withRun(history.length - 1, { processingStatus: 'completed' }))).toContain('I6');
  });
});
