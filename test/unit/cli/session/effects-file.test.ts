import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { EffectsFile } from '../../../../src/cli/session/effects-file.ts';
import type { TaskContext } from '../../../../src/ports/task-handler.ts';
import { systemClock } from '../../../../src/system/real/clock.ts';

const folder = mkdtempSync(join(tmpdir(), 'tenure-effects-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

/** As much of a context as a line has. */
const context = (subject: string): TaskContext =>
  ({
    idempotencyKey: `key of ${subject}`,
    subject: { id: subject },
    arguments: { text: 'a "quoted"\nline' },
    attempt: 1,
    interruptions: 0,
    task: { id: 't', displayName: 'Own', taskDefinitionId: 'ownTask', executionSequence: 1 },
  }) as unknown as TaskContext;

describe('an effects file', () => {
  it('has the line of a task when `append` resolves, and lines of one moment in their order', async () => {
    const path = file('order.jsonl', '');
    const effects = new EffectsFile(path, systemClock);
    await Promise.all(['u1', 'u2', 'u3'].map((id) => effects.append(context(id))));
    const lines = readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map((line) => line.subject)).toEqual(['u1', 'u2', 'u3']);
    expect(lines[0].arguments).toEqual({ text: 'a "quoted"\nline' });
    expect(effects.count).toBe(3);
    effects.close();
  });

  it.each([
    ['nothing', '', ''],
    ['whole lines', '{"idempotencyKey":"a"}\n', '{"idempotencyKey":"a"}\n'],
    [
      'a line of ours that was cut',
      '{"idempotencyKey":"a"}\n{"idempotencyKey":"b","su',
      '{"idempotencyKey":"a"}\n',
    ],
    ['a line that was cut early', '{"idempotencyKey":"a"}\n{"ide', '{"idempotencyKey":"a"}\n'],
    ['only a line that was cut', '{"idempotencyKey":"b', ''],
    ['a foreign line without its end', 'one\ntwo', 'one\ntwo\n'],
  ])('goes on after %s with a line of its own', async (_, before, after) => {
    const path = file('tail.jsonl', before);
    const effects = new EffectsFile(path, systemClock);
    await effects.append(context('u1'));
    effects.close();
    const text = readFileSync(path, 'utf8');
    expect(text.slice(0, after.length)).toBe(after);
    expect(JSON.parse(text.slice(after.length))).toMatchObject({ subject: 'u1' });
    expect(text.endsWith('}\n')).toBe(true);
  });

  it('fails the tasks whose lines cannot be written', async () => {
    const effects = new EffectsFile(file('closed.jsonl', ''), systemClock);
    effects.close();
    await expect(effects.append(context('u1'))).rejects.toThrow(/EBADF/);
    expect(effects.count).toBe(0);
  });
});
