import { describe, expect, it } from 'vitest';
import type { DryRun, PreviewedTask, ProcessedPerson } from '../../../../src/cli/dry-run/dry-run.ts';
import { countsText, previewCounts, previewLines } from '../../../../src/cli/dry-run/show-preview.ts';

const task = (
  position: number,
  outcome: PreviewedTask['outcome'],
  ...says: readonly string[]
): PreviewedTask => ({
  position,
  outcome,
  says,
});

function dryRun(processed: readonly ProcessedPerson[]): DryRun {
  const tasks = [1, 2].map((position) => ({
    ...{ position, displayName: `Task ${position}`, taskDefinitionId: 'x', handler: 'connection' as const },
  }));
  return { processed, tasks } as unknown as DryRun;
}

describe('the preview of a dry run', () => {
  it('counts people and tasks by outcome, and people that were not looked at', () => {
    const counts = previewCounts(
      dryRun([
        { id: 'a', outcome: 'change', preview: [task(1, 'change', 'x'), task(2, 'later', 'no account')] },
        { id: 'b', outcome: 'fail', preview: [task(1, 'fail', 'no'), task(2, 'notReached')] },
        { id: 'c' },
      ]),
    );
    expect(counts).toEqual({
      people: { change: 1, fail: 1, notPreviewed: 1 },
      tasks: [
        { position: 1, counts: { change: 1, fail: 1 } },
        { position: 2, counts: { later: 1, notReached: 1 } },
      ],
    });
    expect(countsText(counts?.people ?? {})).toBe(
      '1 would be changed · 1 would fail · 1 not looked at: stopped before',
    );
    expect(previewCounts(dryRun([{ id: 'a' }]))).toBeNull();
  });

  it('has as many lines for three thousand people as for a hundred: kinds without ids, and the first people', () => {
    const people = (count: number): readonly ProcessedPerson[] =>
      Array.from({ length: count }, (_, at) => ({
        id: `E${at}`,
        outcome: 'change',
        preview: [
          task(1, 'change', `mail to e${at}@example.org: Welcome, E${at}`),
          task(2, 'already', 'There already'),
        ],
      }));
    const lines = previewLines(dryRun(people(100)));
    expect(lines).toContain('  100 ×  1  Task 1  mail to …: Welcome, …  E0, E1, E2, …');
    expect(lines).toContain('  100 ×  2  Task 2  There already  E0, E1, E2, …');
    expect(lines.at(-1)).toBe('  and 90 more (--json and --out have all)');
    expect(previewLines(dryRun(people(3_000)))).toHaveLength(lines.length);
  });

  it('bounds kinds and long texts', () => {
    const words = 'abcdefghijklmnopqrstuvwxyz'.split('');
    const many = words.map((letter, at) => ({
      ...{ id: `E${at}`, outcome: 'fail' as const },
      preview: [task(1, 'fail', `${letter.repeat(3)} ${'long '.repeat(60)}`)],
    }));
    const lines = previewLines(dryRun(many));
    expect(lines).toContain('  and 14 further kinds');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(180);
  });
});
