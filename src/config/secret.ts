import { invalid, type Place, pathOf } from '../input/refuse.ts';
import { opaque, type Schema } from '../input/schema.ts';

/** A password or token: the name of an environment variable that has it; in code also the text, or what gives it. */
export type Secret = string | { readonly env: string } | (() => string | Promise<string>);

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
  const found = env[name];
  if (found !== undefined && found !== '') return () => found;
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
