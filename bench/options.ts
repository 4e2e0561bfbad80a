/** Command-line arguments. */
import { parseArgs } from 'node:util';
import type { Settings } from './measure.ts';

/** The parsed request. */
export type Request =
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly message: string }
  | {
      readonly kind: 'run';
      readonly names: readonly string[];
      readonly settings: Settings;
      /** File for the JSON. */
      readonly json: string | null;
      /** Whether any existing file may be replaced. */
      readonly force: boolean;
    };

const TASKS_DEFAULT = 5;
const ROUNDS_DEFAULT = 5;

/** Bounds of the flags: beyond them a measure would take forever or be meaningless. */
const BOUNDS = {
  users: [1, 10_000_000],
  tasks: [1, 100],
  rounds: [1, 1_000],
} as const satisfies Record<string, readonly [min: number, max: number]>;

/** Parses the arguments. @param known the names of all benchmarks. */
export function readRequest(args: readonly string[], known: readonly string[]): Request {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        users: { type: 'string' },
        tasks: { type: 'string' },
        rounds: { type: 'string' },
        json: { type: 'string' },
        force: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help) return { kind: 'help' };
    const unknown = positionals.find((name) => !known.includes(name));
    if (unknown !== undefined) throw new Error(`Expected one of ${known.join(', ')}, got \`${unknown}\``);
    return {
      kind: 'run',
      names: positionals.length > 0 ? [...new Set(positionals)] : known,
      settings: {
        users: count('users', values.users) ?? null,
        tasks: count('tasks', values.tasks) ?? TASKS_DEFAULT,
        rounds: count('rounds', values.rounds) ?? ROUNDS_DEFAULT,
        isReduced: positionals.length === 0,
      },
      json: values.json ?? null,
      force: values.force ?? false,
    };
  } catch (error) {
    return { kind: 'wrong', message: error instanceof Error ? error.message : String(error) };
  }
}

function count(name: keyof typeof BOUNDS, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [min, max] = BOUNDS[name];
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new Error(`Expected --${name} to be a whole number in ${min}..${max}, got \`${text}\``);
}
