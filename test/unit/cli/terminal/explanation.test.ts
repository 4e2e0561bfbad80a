/** The lines of an explanation. */
import { describe, expect, it } from 'vitest';
import { explanationLines, runCommandOf } from '../../../../src/cli/terminal/explanation.ts';
import { styleFor } from '../../../../src/cli/terminal/style.ts';
import type { ExplainedStep, Explanation } from '../../../../src/model/explanation.ts';
import type { Workflow } from '../../../../src/model/workflow/workflow.ts';

const step = (more: Partial<ExplainedStep>): ExplainedStep => ({
  condition: 'scope',
  result: 'met',
  reason: 'of 2026-01-12T00:00:00.000Z',
  values: [],
  clauses: [],
  omittedClausesCount: 0,
  ...more,
});
const explained = (...steps: readonly ExplainedStep[]): Explanation => ({
  workflowId: 'w',
  workflowVersion: 2,
  subjectId: 'a\u001bda',
  slotDateTime: null,
  qualifies: false,
  dueDateTime: null,
  summary: 'It is so.',
  steps,
});
const workflow = { displayName: 'First day', version: 2 } as Workflow;

describe('an explanation in a terminal', () => {
  it('has a mark for each result without colours, times as everywhere, and control characters as escapes', () => {
    const clause = { level: 1, text: 'a eq 1', values: [{ name: 'a', value: null }] };
    const lines = explanationLines(
      explained(
        step({ result: 'notEvaluated' }),
        step({
          result: 'notMet',
          clauses: [
            { ...clause, result: 'unknown' },
            { ...clause, level: 0, values: [], result: 'met' },
          ],
          omittedClausesCount: 7,
        }),
      ),
      workflow,
      styleFor(false, {}),
    );
    expect(lines).toEqual([
      'First day · version 2 · a\\u001bda',
      '',
      'It is so.',
      '',
      '  – scope       of 2026-01-12 00:00:00Z',
      '  ✗ scope       of 2026-01-12 00:00:00Z',
      '                  ? a eq 1   a: empty',
      '                ✓ a eq 1',
      '                … and 7 more clauses',
    ]);
  });

  it('leads to the run of the last result', () => {
    const run = step({ condition: 'run', values: [{ name: 'runId', value: 'aedea203-5d4b' }] });
    expect(runCommandOf(explained(run), 'tenure', 'my hr.db')).toBe(
      "tenure runs show aedea203 --db 'my hr.db'",
    );
    expect(runCommandOf(explained(step({})), 'tenure', 'hr.db')).toBe(null);
  });
});
