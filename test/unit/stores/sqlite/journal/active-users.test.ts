import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { UserRecord } from '../../../../../src/model/records.ts';
import { NO_ACTIVE_USERS, RunJournal } from '../../../../../src/stores/sqlite/journal/active-users.ts';
import { makeUser } from '../records.ts';

type Operation = readonly ['put' | 'remove', number] | readonly ['clear' | 'commit' | 'rollBack'];
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom('put' as const, 'remove' as const), fc.nat(4)) },
  fc.constantFrom<Operation>(['clear'], ['commit'], ['rollBack']),
);

it('a journal in memory is two maps: as committed for readers, and as staged for the transaction', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
      const journal = new RunJournal();
      let committed = { users: new Map<number, UserRecord>(), length: 0, compactedLength: 0 };
      let staged = { users: new Map<number, UserRecord>(), length: 0, compactedLength: 0 };
      const copyOf = ({ users, ...lengths }: typeof staged) => ({ users: new Map(users), ...lengths });
      for (const [index, [kind, ordinal = 0]] of operations.entries()) {
        if (kind === 'put') {
          const user = makeUser(ordinal, { scheduledAtMs: index });
          journal.put(user);
          staged.users.set(ordinal, user);
          for (const of of [journal, staged]) {
            of.length += 1;
            if (index % 3 === 0) of.compactedLength = of.length;
          }
        } else if (kind === 'remove') {
          journal.remove(ordinal);
          staged.users.delete(ordinal);
        } else if (kind === 'clear') {
          journal.clear();
          staged = { users: new Map(), length: 0, compactedLength: 0 };
        } else if (kind === 'commit') {
          journal.commit();
          committed = copyOf(staged);
        } else {
          journal.rollBack();
          staged = copyOf(committed);
        }
        for (const [real, { users }] of [
          [journal, staged],
          [journal.committed, committed],
        ] as const) {
          expect(real.size).toBe(users.size);
          expect(new Set(real.values())).toEqual(new Set(users.values()));
          for (let no = 0; no <= 4; no++) expect(real.get(no)).toBe(users.get(no));
        }
        expect([journal.length, journal.compactedLength]).toEqual([staged.length, staged.compactedLength]);
      }
    }),
  );
});

it('a run without active users has none of any ordinal', () => {
  expect([NO_ACTIVE_USERS.size, NO_ACTIVE_USERS.get(1), [...NO_ACTIVE_USERS.values()]]).toEqual([
    0,
    undefined,
    [],
  ]);
});
