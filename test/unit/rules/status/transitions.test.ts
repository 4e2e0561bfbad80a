/** The tables of statuses and moves: domain §6.1–§6.3. */
import { describe, expect, it } from 'vitest';
import {
  isLegalMove,
  isTerminal,
  nextStatuses,
  RUN_TRANSITIONS,
  TASK_TRANSITIONS,
  USER_TRANSITIONS,
} from '../../../../src/rules/status/transitions.ts';

describe.each([
  ['tasks', TASK_TRANSITIONS],
  ['users', USER_TRANSITIONS],
  ['runs', RUN_TRANSITIONS],
])('the table of %s', (_, table: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>) => {
  const moves = Object.entries(table).flatMap(([from, events]) =>
    Object.entries(events).map(([event, targets]) => ({ from, event, targets })),
  );

  it('leads to statuses that it has', () => {
    for (const { targets } of moves) expect(Object.keys(table)).toEqual(expect.arrayContaining([...targets]));
  });

  it('has each of its moves, by event and by status', () => {
    for (const { from, event, targets } of moves) {
      expect(nextStatuses(table, from, event)).toBe(targets);
      for (const to of targets) expect(isLegalMove(table, from, to), `${from} → ${to}`).toBe(true);
    }
  });

  it('has no move by an event that a status does not know', () => {
    for (const from of Object.keys(table)) expect(nextStatuses(table, from, 'unknown')).toEqual([]);
  });

  it('leads nowhere from a final status', () => {
    for (const from of Object.keys(table).filter((status) => isTerminal(status as 'completed'))) {
      for (const to of Object.keys(table))
        expect(isLegalMove(table, from, to), `${from} → ${to}`).toBe(false);
    }
  });
});
