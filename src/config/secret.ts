import { invalid, type Place, pathOf } from '../input/refuse.ts';
import { opaque, type Schema } from '../input/schema.ts';

/** A password or token: the name of an environment variable that has it; in code also the text, or what gives it. */
export type Secret = string | { readonly env: string } | (() => string | Promise<string>);

/** The value of a header: a text, or the name of an environment variable that has it. */
export type HeaderValue = string | { readonly env: string };

const NAME = /^[A-Za-z_]\w{0,255}$/;
const EXPECTED = '{ "env": "NAME" }, the variable that has it';
const JSON_SCHEMA = {
  type: 'object',
  properties: { env: { type: 'string', pattern: NAME.source } },
  required: ['env'],
  additionalProperties: false,
};

/** A field for a secret. {@link readSecret} reads it, so that a message never shows what was given. */
export function secret(description: string): Schema<Secret> {
  return opaque(EXPECTED, (value) => value !== undefined, description, JSON_SCHEMA);
}

/** A field for the value of a header, which may be a secret. {@link readHeaders} reads them. */
export function header(): Schema<HeaderValue> {
  const isOne = (value: unknown) => typeof value === 'string' || nameOf(value) !== null;
  return opaque('a text, or { "env": "NAME" }', isOne, undefined, {
    anyOf: [{ type: 'string' }, JSON_SCHEMA],
  });
}

/** The headers of each request. @throws LifecycleError `InvalidArgument` for a variable that is not set. */
export function readHeaders(
  { path, value }: Place & { readonly value: Readonly<Record<string, HeaderValue>> },
  { env }: SecretSource,
): Readonly<Record<string, string>> {
  const read = ([name, one]: [string, HeaderValue]): [string, string] =>
    typeof one === 'string' ? [name, one] : [name, variable({ path: `${path}.${name}`, value: one }, env)];
  return Object.fromEntries(Object.entries(value).map(read));
}

/** Where secrets come from. */
export interface SecretSource {
  /** Whether the file is JSON, which holds names of variables only. */
  readonly isJson: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * What gives a secret. A variable is read now, so that a missing one is known before anything runs.
 *
 * @throws LifecycleError `InvalidArgument`, which does not show the value.
 */
export function readSecret(place: Place, { isJson, env }: SecretSource): () => string | Promise<string> {
  const { value } = place;
  if (typeof value === 'function' && !isJson) return () => textOf(place, value as () => unknown);
  if (typeof value === 'string' && !isJson) {
    if (value !== '') return () => value;
    throw invalid(place, 'a secret', 'an empty text');
  }
  const name = nameOf(value);
  if (name === null) {
    const expected = isJson ? EXPECTED : `${EXPECTED}, or a text, or a function`;
    throw invalid(place, expected, typeof value === 'string' ? 'a text' : 'something else');
  }
  const found = variable(place, env);
  return () => found;
}

/** The variable that `{ "env": "NAME" }` names. */
function variable(place: Place, env: SecretSource['env']): string {
  const name = nameOf(place.value) ?? '';
  const found = env[name];
  if (found !== undefined && found !== '') return found;
  throw invalid({ ...place, path: pathOf(place, 'env') }, 'a variable that is set', `${name}, which is not`);
}

function nameOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || Object.keys(value).join() !== 'env') return null;
  const { env } = value as { readonly env?: unknown };
  return typeof env === 'string' && NAME.test(env) ? env : null;
}

async function textOf(place: Place, give: () => unknown): Promise<string> {
  const value = await give();
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(place, 'a function that gives a text', 'one that gives something else');
}
