import { ConnectorError } from './connector-error.ts';

/** Writes of one step, at most, when each meets a conflict. */
const WRITES_MAX = 3;
/** Names of parts in a failure reason, at most. */
const NAMED_MAX = 5;

/** A wanted state of one object of an external system, and the way to it. */
export interface Step<State> {
  /** Reads the present state. What is absent is a state too: `null`, say. */
  read(): Promise<State>;
  /** What differs from the wanted state, in words: `accountEnabled: false → true`. Empty when nothing does. */
  wanted(state: State): readonly string[];
  /** Makes the wanted state of what was read. Resolves to `already` when the system says that it was so before. */
  write(state: State): Promise<void> | Promise<'already' | undefined>;
  /** Said when nothing was to be done: `The account is enabled already`. */
  readonly already: string;
  /** Whether to read after a write: for systems that accept a write and do something else. Default `false`. */
  readonly verify?: boolean;
  /**
   * What is taken for the state instead of the first read, where a write says by itself that it was not needed, and
   * reading is slow or stale. A preview reads. Default: it is read.
   */
  readonly supposed?: State;
}

/** What was done: either what was changed, or why nothing was. */
export interface Ensured {
  readonly changes?: readonly string[];
  readonly processingInfo?: string;
}

/**
 * Makes a state what it should be, once: reads, compares, writes what differs. After a conflict, or an answer that was
 * lost, the state that is read decides what has happened. So it can be called any number of times.
 *
 * @throws What `read` and `write` throw, when the state is not as wanted then.
 *
 * @example
 * ```ts
 * import { ensure } from 'tenure/connectors';
 *
 * const members = new Set<string>(); // your system
 * const step = {
 *   read: async () => members.has('ada'),
 *   wanted: (isMember: boolean) => (isMember ? [] : ['added to Sales']),
 *   write: async () => void members.add('ada'),
 *   already: 'The person is a member already',
 * };
 * console.log((await ensure(step)).changes); // → [ 'added to Sales' ]
 * console.log((await ensure(step)).processingInfo); // → The person is a member already
 * ```
 */
export async function ensure<State>(step: Step<State>): Promise<Ensured> {
  let state = step.supposed === undefined ? await step.read() : step.supposed;
  const changes = step.wanted(state);
  if (changes.length === 0) return { processingInfo: step.already };
  for (let writes = 1; ; writes += 1) {
    const failure = await tryWrite(step, state);
    if (failure === 'already') return { processingInfo: step.already };
    if (failure === null && !step.verify) return { changes };
    state = await step.read();
    const left = step.wanted(state);
    if (left.length === 0) return { changes };
    if (failure === null) throw notDone(left);
    if (failure.kind !== 'conflict' || writes === WRITES_MAX) throw failure;
  }
}

/** What {@link ensure} would do, without doing it. @throws What `read` throws. */
export async function previewEnsure<State>(step: Step<State>): Promise<Ensured> {
  const changes = step.wanted(await step.read());
  return changes.length === 0 ? { processingInfo: step.already } : { changes };
}

/**
 * Does several steps, all of them, also when some fail.
 *
 * @param already said when no step had anything to do.
 * @throws ConnectorError naming what failed and what was changed: of the kind of the first failure.
 */
export async function ensureAll(
  steps: readonly { readonly name: string; readonly do: () => Promise<Ensured> }[],
  already: string,
): Promise<Ensured> {
  const changes: string[] = [];
  const failures: { readonly name: string; readonly error: ConnectorError }[] = [];
  for (const step of steps) {
    try {
      changes.push(...((await step.do()).changes ?? []));
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      failures.push({ name: step.name, error });
      // A host that wants no calls refuses the other steps as well.
      if (error.retryAfterMs !== null) break;
    }
  }
  const [first] = failures;
  if (first) throw partly(failures, first.error, changes);
  return changes.length === 0 ? { processingInfo: already } : { changes };
}

/** Writes. Returns a failure after which the state says what has happened. @throws Every other one. */
async function tryWrite<State>(step: Step<State>, state: State): Promise<ConnectorError | 'already' | null> {
  try {
    return (await step.write(state)) ?? null;
  } catch (error) {
    if (error instanceof ConnectorError && ['conflict', 'missing', 'unknown'].includes(error.kind))
      return error;
    throw error;
  }
}

function notDone(differences: readonly string[]): ConnectorError {
  const message = `The system accepted the change but did not make it: ${differences.slice(0, NAMED_MAX).join(', ')}`;
  return new ConnectorError('unknown', message, { code: 'NotApplied' });
}

function partly(
  failures: readonly { readonly name: string; readonly error: ConnectorError }[],
  { kind, message, code, retryAfterMs }: ConnectorError,
  changes: readonly string[],
): ConnectorError {
  const names = failures.map(({ name }) => name);
  const rest = names.length > NAMED_MAX ? ` and ${names.length - NAMED_MAX} more` : '';
  const done = changes.length === 0 ? '' : `; done before: ${changes.slice(0, NAMED_MAX).join(', ')}`;
  const text = `${names.slice(0, NAMED_MAX).join(', ')}${rest}: ${message}${done}`;
  return new ConnectorError(kind, text, { code, retryAfterMs });
}
