import { expect, it } from 'vitest';
import { listBody, rowTexts } from '../../../../src/graph/lists/list-body.ts';
import { type Row, represent, type View } from '../../../../src/graph/protocol/represent.ts';
import { RUN, USER_RESULT } from '../../../../src/graph/schema/entity-types.ts';

const VIEW: View = {
  level: 'minimal',
  unknownEnumMembers: false,
  select: null,
  expand: [],
  place: 'list',
  address: 'https://host/v1.0/a/runs',
};
const VIEWS: readonly View[] = [
  VIEW,
  { ...VIEW, unknownEnumMembers: true },
  { ...VIEW, level: 'none' },
  { ...VIEW, level: 'full' },
  { ...VIEW, level: 'full', address: 'https://host/v1.0/b/runs' },
  { ...VIEW, select: ['id'] },
  { ...VIEW, select: ['processingStatus'], unknownEnumMembers: true },
];
const ROW: Row = { id: 'x', processingStatus: 'canceling', subject: { id: 'ada' } };

const turn = async (): Promise<void> => {};

it('a row that is frozen reads in every view as one that is not', async () => {
  const frozen = Object.freeze({ ...ROW });
  for (const type of [RUN, USER_RESULT]) {
    for (const view of [...VIEWS, ...VIEWS]) {
      const written = JSON.stringify(represent(type, ROW, view));
      expect(await rowTexts(type, [ROW, frozen], view, turn)).toEqual([written, written]);
    }
  }
});

it('a row that can change is written anew', async () => {
  const row = { ...ROW };
  await rowTexts(RUN, [row], VIEW, turn);
  row.id = 'y';
  expect(await rowTexts(RUN, [row], VIEW, turn)).toEqual([JSON.stringify(represent(RUN, row, VIEW))]);
});

it.each([
  [{}, []],
  [{}, ['{"id":1}']],
  [{ '@odata.count': 2, '@odata.context': 'a"],"b' }, ['{"id":1}', '{"id":2}']],
])('annotations %j and rows %j are one JSON object', (annotations, rows) => {
  const whole = { ...annotations, value: rows.map((row) => JSON.parse(row) as unknown) };
  expect(listBody(annotations, rows).text).toBe(JSON.stringify(whole));
});

it('the host has turns while many rows are written', async () => {
  let turns = 0;
  const rows = Array.from({ length: 200 }, (_, index) => ({ ...ROW, id: `r${index}` }));
  const texts = await rowTexts(RUN, rows, VIEW, async () => {
    turns += 1;
  });
  expect(texts).toHaveLength(200);
  expect(turns).toBe(3);
});
