/** Bodies, those of lists as JSON from the start: most rows of a page read as they did for the last one who asked. */
import type { EntityType } from './edm.ts';
import { type Row, representer, type View } from './represent.ts';
import type { Turn } from './work.ts';

/** Rows that are written before the host has a turn: some ms. */
const ROWS_PER_TURN = 64;

/** A body that is written already. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A list with its annotations, in one piece: one of several would be copied once more when it is sent. */
export function listBody(annotations: Row, rows: readonly string[]): JsonText {
  const head = JSON.stringify({ ...annotations, value: [] }).slice(0, -2);
  if (rows.length === 0) return new JsonText(`${head}]}`);
  const parts = [...rows];
  parts[0] = head + parts[0];
  parts[parts.length - 1] += ']}';
  return new JsonText(parts.join(','));
}

/** A body as it is sent; `null`: none. */
export function bodyText(body: unknown): string | null {
  if (body === undefined) return null;
  if (body instanceof JsonText) return body.text;
  return typeof body === 'string' ? body : JSON.stringify(body);
}

/** What was made of rows that cannot change, as long as they are kept: with members by name, and without. */
interface Texts {
  readonly named: WeakMap<Row, string>;
  readonly masked: WeakMap<Row, string>;
}

const textsByType = new Map<EntityType, Texts>();

/** Each row of a list as JSON. That of a frozen row is made once for all who want to see it as it is shown by default. */
export async function rowTexts(
  type: EntityType,
  rows: readonly Row[],
  view: View,
  turn: Turn,
): Promise<readonly string[]> {
  const write = rowWriter(type, view);
  const texts: string[] = [];
  for (const [index, row] of rows.entries()) {
    if (index > 0 && index % ROWS_PER_TURN === 0) await turn();
    texts.push(write(row));
  }
  return texts;
}

function rowWriter(type: EntityType, view: View): (row: Row) => string {
  const show = representer(type, view);
  const write = (row: Row): string => JSON.stringify(show(row));
  const isWhole = view.select === null && view.expand.length === 0 && view.level === 'minimal';
  if (!isWhole) return write;
  const known = textsOf(type)[view.unknownEnumMembers ? 'named' : 'masked'];
  return (row) => {
    if (!Object.isFrozen(row)) return write(row);
    const kept = known.get(row);
    if (kept !== undefined) return kept;
    const text = write(row);
    known.set(row, text);
    return text;
  };
}

function textsOf(type: EntityType): Texts {
  const known = textsByType.get(type) ?? { named: new WeakMap(), masked: new WeakMap() };
  textsByType.set(type, known);
  return known;
}
