import { inGroup } from '../../input/member-of.ts';
import { normalizeText } from '../../input/subject-id.ts';
import type { Subject } from '../../model/subject.ts';
import type { DirectoryAttribute, ScopeRule } from '../../ports/directory.ts';
import type { OnDuplicate, SizedDirectory } from '../sized-directory.ts';
import { type Block, checkUtf8, readBlocks } from './blocks.ts';
import { duplicateError, UniqueColumns } from './duplicates.ts';
import { RowIndex } from './row-index.ts';
import type { RowCodec } from './rows.ts';
import type { SourceFile } from './source-file.ts';

/** Records that lie at most this many bytes apart are read at once: a seek costs more than the bytes between. */
const GAP_BYTES_MAX = 32 * 1_024;
/** Bytes of one read of several records: bounds memory. */
const RANGE_BYTES_MAX = 1_024 * 1_024;

/** What the first pass over a file found. */
interface Contents {
  readonly index: RowIndex;
  readonly rows: number;
  readonly empty: Tally;
  readonly short: Tally;
}

/** How often something was found, and where first. */
class Tally {
  count = 0;
  firstLine = 0;

  add(line: number): void {
    if (this.count === 0) this.firstLine = line;
    this.count += 1;
  }
}

/**
 * Opens a file as a directory: one pass builds the index id → place, and nothing else stays in memory.
 *
 * @throws LifecycleError `InvalidFile`; the file is closed again then.
 */
export async function openFileDirectory(
  file: SourceFile,
  makeCodec: () => Promise<RowCodec> | RowCodec,
  onDuplicate: OnDuplicate,
): Promise<SizedDirectory> {
  try {
    const codec = await makeCodec();
    const contents = await readContents(file, codec, onDuplicate);
    await file.checkUnchanged();
    return new FileDirectory(file, codec, contents);
  } catch (error) {
    await file.close();
    throw error;
  }
}

class FileDirectory implements SizedDirectory {
  readonly #file: SourceFile;
  readonly #codec: RowCodec;
  readonly #index: RowIndex;
  readonly subjectsCount: number;
  readonly skippedRowsCount: number;
  readonly emptyRowsCount: number;
  readonly notes: readonly string[];

  constructor(file: SourceFile, codec: RowCodec, { index, rows, empty, short }: Contents) {
    this.#file = file;
    this.#codec = codec;
    this.#index = index;
    this.subjectsCount = index.size;
    this.skippedRowsCount = rows - index.size;
    this.emptyRowsCount = empty.count;
    this.notes = [...codec.notes, ...rowNotes(empty, short)];
  }

  async get(ids: readonly string[]): Promise<readonly Subject[]> {
    await this.#file.checkUnchanged();
    const wanted = new Set(ids.map(normalizeText));
    const slots = new Set([...wanted].map((id) => this.#index.slotOf(id)));
    slots.delete(undefined);
    const subjects: Subject[] = [];
    for (const range of this.#ranges([...slots] as number[])) {
      for (const subject of await this.#decode(await this.#readRange(range))) {
        // A row that is not what the index says was written between the check above and the read.
        if (!subject || !wanted.has(subject.id)) throw this.#file.changed();
        subjects.push(subject);
      }
    }
    return subjects;
  }

  async *query(rule: ScopeRule | null): AsyncGenerator<Subject> {
    await this.#file.checkUnchanged();
    for await (const block of readBlocks(this.#file, this.#codec)) {
      for (const [at, subject] of (await this.#decode(block)).entries()) {
        if (!subject || !this.#isKept(subject.id, block, at)) continue;
        if (rule === null || rule.matches(subject)) yield subject;
      }
    }
    await this.#file.checkUnchanged();
  }

  /** Whether this row of its id is the one that counts. Where each id has one row, there is nothing to ask. */
  #isKept(id: string, block: Block, at: number): boolean {
    if (this.skippedRowsCount === 0) return true;
    const slot = this.#index.slotOf(id);
    if (slot === undefined) throw this.#file.changed();
    return this.#index.positionAt(slot) === block.position + (block.starts[at] ?? 0);
  }

  membersOf(groupId: string): AsyncGenerator<Subject> {
    return this.query(inGroup(groupId));
  }

  async attributes(): Promise<readonly DirectoryAttribute[]> {
    return this.#codec.attributes();
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /** Rows that could be read at the opening and cannot now mean that the file changed: say that. */
  async #decode(block: Block): Promise<readonly (Subject | null)[]> {
    try {
      return this.#codec.decode(block);
    } catch (error) {
      await this.#file.checkUnchanged();
      throw error;
    }
  }

  /** Slots in the order of the file, in groups that one read serves. */
  *#ranges(slots: readonly number[]): Generator<readonly number[]> {
    const index = this.#index;
    const ordered = slots.toSorted((a, b) => index.positionAt(a) - index.positionAt(b));
    let range: number[] = [];
    for (const slot of ordered) {
      const [first, last] = [range[0], range.at(-1)];
      if (first !== undefined && last !== undefined) {
        const end = index.positionAt(last) + index.lengthAt(last);
        const isFar = index.positionAt(slot) - end > GAP_BYTES_MAX;
        const isLarge =
          index.positionAt(slot) + index.lengthAt(slot) - index.positionAt(first) > RANGE_BYTES_MAX;
        if (isFar || isLarge) {
          yield range;
          range = [];
        }
      }
      range.push(slot);
    }
    if (range.length > 0) yield range;
  }

  /** The records of a range alone, one after another, as a block. */
  async #readRange(slots: readonly number[]): Promise<Block> {
    const index = this.#index;
    const [first = 0, last = 0] = [slots[0], slots.at(-1)];
    const position = index.positionAt(first);
    const length = index.positionAt(last) + index.lengthAt(last) - position;
    const read = await this.#file.read(position, length);
    if (read.length !== length) throw this.#file.changed();
    const pieces: Buffer[] = [];
    const { starts, ends } = { starts: [] as number[], ends: [] as number[] };
    let at = 0;
    for (const slot of slots) {
      const from = index.positionAt(slot) - position;
      pieces.push(read.subarray(from, from + index.lengthAt(slot)), LINE_BREAK);
      starts.push(at);
      ends.push(at + index.lengthAt(slot));
      at += index.lengthAt(slot) + 1;
    }
    return {
      bytes: Buffer.concat(pieces),
      position,
      starts,
      ends,
      lines: slots.map((slot) => index.lineAt(slot)),
    };
  }
}

const LINE_BREAK = Buffer.from('\n');

async function readContents(file: SourceFile, codec: RowCodec, onDuplicate: OnDuplicate): Promise<Contents> {
  const index = new RowIndex();
  const places = new Map<string, number[]>();
  const [empty, short] = [new Tally(), new Tally()];
  let rows = 0;
  for await (const block of readBlocks(file, codec)) {
    checkUtf8(file.path, block);
    for (const [at, id] of codec.ids(block, (line) => short.add(line)).entries()) {
      const [start = 0, end = 0, line = 0] = [block.starts[at], block.ends[at], block.lines[at]];
      if (id === null) {
        empty.add(line);
        continue;
      }
      rows += 1;
      const slot = index.slotOf(id);
      if (slot !== undefined && onDuplicate === 'refuse') {
        const lines = places.get(id) ?? [index.lineAt(slot)];
        places.set(id, lines);
        lines.push(line);
      }
      if (slot === undefined || onDuplicate === 'last') {
        index.put(id, slot, block.position + start, end - start, line);
      }
    }
  }
  codec.checkComplete();
  if (places.size === 0) return { index, rows, empty, short };
  const uniqueColumns = await findUniqueColumns(file, codec);
  throw duplicateError({
    path: file.path,
    idColumn: codec.idColumn,
    places,
    placeNoun: 'line',
    distinct: index.size,
    rows,
    uniqueColumns,
  });
}

function rowNotes(empty: Tally, short: Tally): string[] {
  const rows = (count: number, one: string, many: string) => (count === 1 ? `1 ${one}` : `${count} ${many}`);
  const notes: string[] = [];
  if (short.count > 0) {
    const which = rows(short.count, 'row has', 'rows have');
    notes.push(
      `${which} fewer cells than the header, and the missing ones count as empty (first: line ${short.firstLine})`,
    );
  }
  if (empty.count > 0) {
    const which = rows(empty.count, 'empty row is', 'empty rows are');
    notes.push(`${which} left out (first: line ${empty.firstLine})`);
  }
  return notes;
}

/** Only when the file is refused anyway: it keeps every value of a column that may be unique. */
async function findUniqueColumns(file: SourceFile, codec: RowCodec): Promise<readonly string[]> {
  const unique = new UniqueColumns();
  for await (const block of readBlocks(file, codec)) {
    for (const cells of codec.cells(block)) unique.add(cells);
  }
  return unique.names();
}
