/** What a sizing varies: `concurrency=16..1024`, `rate(addUserToGroups)=5..50/s`. */
import { handlerKey, nameOf } from '../../engine/handlers/handlers.ts';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { invalid, type Place, unknownWord } from '../../input/refuse.ts';
import type { ReadScenario } from '../scenario/read-scenario.ts';

/** A term: what is varied, without its values. */
export interface Term {
  /** `concurrency`, `rate(addUserToGroups)` … */
  readonly name: string;
  readonly kind: 'concurrency' | 'rate' | 'processes' | 'interval';
  /** As the scenario calls it; `null`: all tasks. */
  readonly task: string | null;
}

/** A term with its values, from the least capacity to the most: an interval begins with the longest. */
export interface Dimension extends Term {
  readonly values: readonly number[];
}

const KINDS = ['concurrency', 'rate', 'processes', 'interval'] as const;
/** Most values of a term. */
const VALUES_MAX = 200;
/** A range of more whole numbers than this is tried at preferred numbers only. */
const WHOLE_MAX = 16;
/** Ten to a decade, as close to equal ratios as round numbers are (after ISO 3, R 10). */
const PREFERRED = [1, 1.25, 1.6, 2, 2.5, 3.2, 4, 5, 6.4, 8] as const;
const LENGTH_MAX = 1_024;
const EXAMPLE =
  'a name, = and its values, such as `concurrency=16..1024`, `interval=1,3,6` or `rate(addUserToGroups)=5..50/s`';

interface Bounds {
  readonly max: number;
  readonly isWhole: boolean;
  /** What may follow a number, and its factor. */
  readonly units: Readonly<Record<string, number>>;
}

const BOUNDS: Readonly<Record<Term['kind'], Bounds>> = {
  concurrency: { max: 100_000, isWhole: true, units: { '': 1 } },
  processes: { max: 64, isWhole: true, units: { '': 1 } },
  interval: { max: 24, isWhole: true, units: { '': 1, h: 1 } },
  rate: { max: 1_000_000, isWhole: false, units: { '': 1, '/s': 1, '/min': 1 / 60, '/h': 1 / 3_600 } },
};

/** Reads what varies. @throws LifecycleError `InvalidArgument` that says what would be right; `LimitExceeded`. */
function readDimension({ path, value }: Place, read: ReadScenario): Dimension {
  const text = typeof value === 'string' && value.length <= LENGTH_MAX ? value : '';
  const at = text.indexOf('=');
  if (at < 0) throw invalid({ path, value, name: 'what varies' }, EXAMPLE);
  const term = readTerm({ path, value: text.slice(0, at).trim() }, read);
  const values = readValues(path, term, text.slice(at + 1).trim());
  return { ...term, values: term.kind === 'interval' ? values.toReversed() : values };
}

/** Reads a term. @throws LifecycleError `InvalidArgument`. */
export function readTerm({ path, value }: Place, read: ReadScenario): Term {
  const [, word = '', inner] = /^([^(]*?)\s*(?:\((.*)\))?$/s.exec(String(value)) ?? [];
  const kind = KINDS.find((one) => one === word);
  if (kind === undefined) throw unknownWord({ path, value: word, name: 'what varies' }, KINDS);
  if (inner === undefined) return { name: kind, kind, task: null };
  if (kind === 'processes' || kind === 'interval')
    throw invalid({ path, value, name: 'what varies' }, `${kind} alone: it belongs to no task`);
  const task = readTask({ path, value: inner.trim(), name: `the task of ${kind}( )` }, read);
  return { name: `${kind}(${task})`, kind, task };
}

/** A task of the workflows, by its definition's key, GUID or name; as the scenario's `tasks` call it if they do. */
function readTask(place: Place, { scenario, workflows }: ReadScenario): string {
  const used = new Set(
    workflows.flatMap(({ draft }) =>
      draft.tasks.filter(({ isEnabled }) => isEnabled).map((task) => handlerKey(task.taskDefinitionId)),
    ),
  );
  const wanted = handlerKey(String(place.value));
  if (!used.has(wanted)) throw unknownWord(place, [...used].map(nameOf));
  return Object.keys(scenario.tasks ?? {}).find((name) => handlerKey(name) === wanted) ?? nameOf(wanted);
}

function readValues(path: string, { name, kind }: Term, text: string): readonly number[] {
  const { max, isWhole, units } = BOUNDS[kind];
  const place = { path, value: text, name: `the values of ${name}` };
  const [, numbers = '', unit = ''] = /^(.*?)\s*(\/?[a-z]*)$/.exec(text) ?? [];
  const factor = units[unit];
  const range = /^(\S+?)\s*\.\.\s*(\S+)$/.exec(numbers);
  const given = range ? [range[1], range[2]] : numbers.split(',');
  const expected = `${isWhole ? 'whole numbers in 1' : 'numbers above 0, up '}${isWhole ? '..' : 'to '}${max}: a range such as 2..8, or several between commas`;
  if (factor === undefined || given.length > VALUES_MAX) throw invalid(place, expected);
  const values = given.map((one = '') => {
    const digits = one.trim();
    const value = /^\d{1,9}(\.\d{1,6})?$/.test(digits) ? Number(digits) * factor : Number.NaN;
    if (value > 0 && value <= max && (!isWhole || Number.isInteger(value))) return value;
    throw invalid(place, expected);
  });
  const [from = 0, to = 0] = values;
  if (range && from > to) throw invalid(place, 'a range from the lower number to the higher one');
  const all = range ? within(from, to, isWhole, factor) : values;
  return [...new Set(all)].sort((a, b) => a - b);
}

/** The values of a range, both ends included: all whole numbers of a short one, else the preferred ones. */
function within(from: number, to: number, isWhole: boolean, factor: number): readonly number[] {
  const [low, high] = [from / factor, to / factor];
  const isShort = Number.isInteger(low) && Number.isInteger(high) && high - low < WHOLE_MAX;
  if (isShort) return Array.from({ length: high - low + 1 }, (_, at) => (low + at) * factor);
  const values: number[] = [from];
  for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power++) {
    for (const one of PREFERRED) {
      const exact = Number((one * 10 ** power).toPrecision(3));
      const value = isWhole ? Math.floor(exact) : exact;
      if (value > low && value < high) values.push(value * factor);
    }
  }
  return [...values, to];
}

/** Reads all that varies, each once. @throws LifecycleError `InvalidArgument`, `LimitExceeded`. */
export function readDimensions(places: readonly Place[], read: ReadScenario): readonly Dimension[] {
  const dimensions: Dimension[] = [];
  for (const place of places) {
    const one = readDimension(place, read);
    if (dimensions.some(({ name }) => name === one.name))
      throw invalid({ ...place, name: 'what varies' }, `${one.name} only once`);
    dimensions.push(one);
  }
  const settings = dimensions.reduce((product, { values }) => product * values.length, 1);
  if (settings > SETTINGS_MAX)
    throw new LifecycleError(
      'LimitExceeded',
      `Expected at most ${SETTINGS_MAX} settings, got ${settings}; vary less, or fewer values`,
      { limit: 'settings', max: SETTINGS_MAX },
    );
  return dimensions;
}

/** Most settings of a sizing. */
const SETTINGS_MAX = 100_000;
