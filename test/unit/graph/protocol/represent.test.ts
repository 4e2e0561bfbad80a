import { expect, it } from 'vitest';
import { contextOf, represent, type View, wireDate } from '../../../../src/graph/protocol/represent.ts';
import { RUN, TASK_DEFINITION } from '../../../../src/graph/schema/entity-types.ts';

const VIEW: View = {
  level: 'minimal',
  unknownEnumMembers: false,
  select: null,
  expand: [],
  place: 'get',
  address: 'https://host/v1.0/a/runs',
};

it.each([
  ['2026-01-31T17:00:00.000Z', '2026-01-31T17:00:00Z'],
  ['2026-01-31T17:00:00.120Z', '2026-01-31T17:00:00.12Z'],
  ['2026-01-31T17:00:00.001Z', '2026-01-31T17:00:00.001Z'],
  ['2026-01-31T17:00:00Z', '2026-01-31T17:00:00Z'],
])('the date %s is written %s', (text, written) => {
  expect(wireDate(text)).toBe(written);
});

it('what has no value is null, and what was not selected is absent', () => {
  const whole = represent(RUN, { id: 'x' }, VIEW);
  expect(Object.keys(whole)).toEqual(Object.keys(RUN.properties));
  expect(whole.startedDateTime).toBeNull();
  expect(represent(RUN, { id: 'x' }, { ...VIEW, select: ['id'] })).toEqual({ id: 'x' });
});

it('a member that came after the sentinel is shown by name only to those who ask', () => {
  const shown = (unknownEnumMembers: boolean) =>
    represent(
      RUN,
      { processingStatus: 'canceling' },
      { ...VIEW, unknownEnumMembers, select: ['processingStatus'] },
    );
  expect(shown(false)).toEqual({ processingStatus: 'unknownFutureValue' });
  expect(shown(true)).toEqual({ processingStatus: 'canceling' });
  const flags = { ...VIEW, select: ['category'] };
  expect(represent(TASK_DEFINITION, { category: ['joiner', 'mover'] }, flags)).toEqual({
    category: 'joiner,unknownFutureValue',
  });
});

it('a key cannot leave its quotes', () => {
  const { '@odata.id': id } = represent(RUN, { id: "a/b'c" }, { ...VIEW, level: 'full' });
  expect(id).toBe("https://host/v1.0/a/runs('a%2Fb'c')");
});

it('a context names what stands below the version', () => {
  expect(contextOf('https://host/beta/x/v1.0')).toBe('https://host/beta/$metadata#x/v1.0');
  expect(contextOf('https://host/v1.0/a/b')).toBe('https://host/v1.0/$metadata#a/b');
});
