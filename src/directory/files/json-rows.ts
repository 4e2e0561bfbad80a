import { shown } from '../../errors/shown.ts';
import { ownValue } from '../../filter/evaluation/paths.ts';
import { AttributeNames } from '../../input/attribute-names.ts';
import type { Subject } from '../../model/subject.ts';
import type { DirectoryAttribute } from '../../ports/directory.ts';
import type { DateRewriter } from '../dates.ts';
import type { Block } from './blocks.ts';
import { excerpt, invalidFile, listed, type Place } from './file-error.ts';
import {
  type AttributeMapping,
  type Attributes,
  emptyAttributes,
  idRemedy,
  mappingRemedy,
  putAttribute,
} from './mapping.ts';
import { type RowCodec, toSubject } from './rows.ts';

/** How JSON objects become subjects: mapped properties move, the others keep their names. */
export class JsonObjects {
  readonly idColumn: string;
  readonly #path: string;
  readonly #mapping: AttributeMapping;
  readonly #rewriteDates: DateRewriter;
  /** Mapped properties that no object had yet. */
  readonly #unseen: Set<string>;
  /** Properties of the first object, for messages. */
  #names: readonly string[] | null = null;
  readonly #attributes = new AttributeNames();
  /** Whether all objects were seen: those that are read again have no new names. */
  #isComplete = false;

  constructor(path: string, mapping: AttributeMapping, rewriteDates: DateRewriter) {
    this.#path = path;
    this.#mapping = mapping;
    this.#rewriteDates = rewriteDates;
    this.#unseen = new Set(mapping.values());
    this.idColumn = mapping.get('id') ?? 'id';
  }

  /** @throws LifecycleError `InvalidFile` for what is no object, or has no proper id. */
  toSubject(value: unknown, place: Place): Subject {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw invalidFile(place, `Expected a JSON object, got ${shown(value)}`);
    }
    // Assigning to an object without prototype makes `__proto__` a property like any other.
    const attributes: Attributes = Object.assign(emptyAttributes(), value);
    const isFirst = this.#names === null;
    this.#names ??= Object.keys(attributes);
    if (this.#mapping.size > 0) this.#move(attributes, value);
    if (!this.#isComplete) this.#attributes.add(this.#mapping.size > 0 ? attributes : value);
    this.#rewriteDates(attributes);
    if (isFirst && !this.#mapping.has('id')) this.#requireId(place, Object.keys(attributes));
    return toSubject(attributes, { ...place, column: this.idColumn });
  }

  /** The attributes of the objects so far. */
  attributes(): readonly DirectoryAttribute[] {
    return this.#attributes.names.map((name) => {
      const column = this.#mapping.get(name);
      return column === undefined ? { name } : { name, column };
    });
  }

  /** @throws LifecycleError `InvalidFile` when a mapped property was in no object. */
  checkComplete(): void {
    this.#isComplete = true;
    const missing = [...this.#unseen];
    const [column] = missing;
    if (column === undefined || this.#names === null) return;
    throw invalidFile(
      { path: this.#path, column },
      `Expected properties ${missing.join(', ')}, got ${listed(this.#names, 40)}`,
      { remedy: mappingRemedy(missing, this.#names), details: { missing, columns: this.#names } },
    );
  }

  /** The first object shows that the ids are elsewhere. */
  #requireId(place: Place, names: readonly string[]): void {
    if (names.includes('id')) return;
    throw invalidFile({ ...place, column: 'id' }, 'Expected id to hold an id, got none', {
      remedy: `It has ${listed(names, 40) || 'no properties'}. ${idRemedy(names, 'property')}`,
    });
  }

  #move(attributes: Attributes, value: object): void {
    for (const property of this.#mapping.values()) delete attributes[property];
    // A property that is called like a mapped attribute is not that attribute.
    for (const attribute of this.#mapping.keys()) delete attributes[attribute];
    for (const [attribute, property] of this.#mapping) {
      const moved = ownValue(value, Object.hasOwn(value, property) ? [property] : property.split('/'));
      if (moved === undefined) continue;
      this.#unseen.delete(property);
      putAttribute(attributes, attribute.split('/'), moved);
    }
  }
}

/** One JSON object per line; blank lines are skipped. */
export function jsonlCodec(
  path: string,
  position: number,
  mapping: AttributeMapping,
  rewriteDates: DateRewriter,
): RowCodec {
  const objects = new JsonObjects(path, mapping, rewriteDates);
  const values = (block: Block): unknown[] => block.lines.map((line, at) => readLine(path, block, at, line));
  const decode = (block: Block): (Subject | null)[] =>
    values(block).map((value, at) =>
      value === undefined ? null : objects.toSubject(value, { path, line: block.lines[at] ?? 0 }),
    );
  return {
    idColumn: objects.idColumn,
    isQuoted: false,
    position,
    line: 1,
    notes: [],
    decode,
    ids: (block) => decode(block).map((subject) => subject?.id ?? null),
    cells: (block) => values(block).flatMap((value) => (value === undefined ? [] : [cellsOf(value)])),
    attributes: () => objects.attributes(),
    checkComplete: () => objects.checkComplete(),
  };
}

/** Top-level texts and whole numbers of an object: what could be an id. */
export function cellsOf(value: unknown): readonly (readonly [string, string])[] {
  if (typeof value !== 'object' || value === null) return [];
  const cells = Object.entries(value).filter(
    ([, cell]) => typeof cell === 'string' || Number.isSafeInteger(cell),
  );
  return cells.map(([name, cell]) => [name, String(cell)] as const);
}

/** The value on a line; `undefined` for a blank one. */
function readLine(path: string, block: Block, at: number, line: number): unknown {
  const text = block.bytes.toString('utf8', block.starts[at], block.ends[at]);
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalidFile({ path, line }, `Expected a JSON object, got ${excerpt(text)}`, {
      remedy: cause instanceof Error ? cause.message : '',
      cause,
    });
  }
}
