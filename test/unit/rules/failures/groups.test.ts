import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LIMITS } from '../../../../src/model/limits.ts';
import { failureKind } from '../../../../src/rules/failures/groups.ts';

const NONE: ReadonlySet<string> = new Set();
const kind = (failureReason: string, known = NONE, taskId = 't', code?: string) =>
  failureKind({ failureReason, ...(code === undefined ? {} : { code }) }, taskId, { id: 'u1' }, known);

it('a kind has the task, the code and the masked reason', () => {
  expect(kind('no mail for u1', NONE, 't', 'Http404')).toMatchObject({
    taskId: 't',
    code: 'Http404',
    reason: 'no mail for …',
  });
  expect(failureKind({}, 't', { id: 'u1' }, NONE)).toMatchObject({ code: 'HandlerFailed', reason: '' });
});

it('failures that differ in what is masked have one key, and others have another', () => {
  const { key } = kind('no mail for 17');
  expect(kind('no mail for 18').key).toBe(key);
  const others = [
    kind('no licence'),
    kind('no mail for 17', NONE, 't2'),
    kind('no mail for 17', NONE, 't', 'X'),
  ];
  for (const other of others) expect(other.key).not.toBe(key);
  expect(new Set(others.map((other) => other.key)).size).toBe(3);
});

it('beyond the bound, a new kind is among the others of its task, and known ones keep their group', () => {
  const full = new Set(Array.from({ length: LIMITS.failureGroupsMax - 1 }, (_, at) => `key ${at}`));
  const mail = kind('no mail', full);
  expect(mail.reason).toBe('no mail');
  full.add(mail.key);
  expect(kind('no mail', full)).toEqual(mail);
  const other = kind('no licence', full);
  expect(other).toMatchObject({ taskId: 't', code: 'Other', reason: 'Other failures' });
  expect(kind('no access', full).key).toBe(other.key);
  expect(kind('no access', full, 't2').key).not.toBe(other.key);
});

it('a key is 13 letters and digits, whatever the failure is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (reason, taskId) => {
      expect(kind(reason, NONE, taskId).key).toMatch(/^[0-9a-z]{13}$/);
    }),
  );
});
