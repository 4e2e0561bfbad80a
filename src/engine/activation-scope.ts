/** Reads what `activateWithScope` takes. Source: domain §1.13, §2.3, §3.9. */
import { LifecycleError } from '../errors/index.ts';
import { type Input, invalid, readInput, readWord } from '../ledger/values.ts';
import {
  type ActivateGroupScope,
  type ActivateProcessingResultScope,
  type ActivateRunScope,
  type ActivateUserScope,
  type ActivationTaskScope,
  type ActivationUserScope,
  TASK_SCOPES,
  USER_SCOPES,
} from '../model/activation.ts';
import { LIMITS } from '../model/limits.ts';

/** Something by its id. */
export type IdReference = string | { readonly id: string };

/** A scope as callers hand it in; `@odata.type` may be left out, since the rest tells. */
export type ActivationScopeInput = { readonly '@odata.type'?: string } & (
  | { readonly users: readonly IdReference[] }
  | { readonly group: IdReference }
  | {
      readonly run: IdReference;
      readonly taskScope: ActivationTaskScope;
      readonly userScope: ActivationUserScope;
    }
  | { readonly processingResults: readonly IdReference[]; readonly taskScope: ActivationTaskScope }
);

/** A scope that was read. */
export type ReadScope =
  | { readonly kind: 'users'; readonly ids: readonly string[]; readonly activatedOnScope: ActivateUserScope }
  | { readonly kind: 'group'; readonly id: string; readonly activatedOnScope: ActivateGroupScope }
  | { readonly kind: 'run'; readonly id: string; readonly activatedOnScope: ActivateRunScope }
  | {
      readonly kind: 'results';
      readonly ids: readonly string[];
      readonly activatedOnScope: ActivateProcessingResultScope;
    };

const NAMESPACE = 'microsoft.graph.identityGovernance.';
/** Type → its fields, the first of which tells it from the others. */
const FIELDS = {
  activateUserScope: ['users'],
  activateGroupScope: ['group'],
  activateRunScope: ['run', 'taskScope', 'userScope'],
  activateProcessingResultScope: ['processingResults', 'taskScope'],
} as const;
type ScopeType = keyof typeof FIELDS;

/**
 * Reads a scope of at most `max` users or results.
 *
 * @throws LifecycleError `InvalidArgument` naming the field; `LimitExceeded`.
 */
export function readScope(value: unknown, max: number): ReadScope {
  const type = typeOf(value);
  const input = readInput(value, ['@odata.type', ...FIELDS[type]], `the ${type}`);
  switch (type) {
    case 'activateUserScope':
      return {
        kind: 'users',
        ids: readIds('users', input.users, max),
        activatedOnScope: { '@odata.type': `#${NAMESPACE}${type}` },
      };
    case 'activateGroupScope': {
      const id = readId('group', input.group);
      return {
        kind: 'group',
        id,
        activatedOnScope: { '@odata.type': `#${NAMESPACE}${type}`, group: { id } },
      };
    }
    case 'activateRunScope': {
      const id = readId('run', input.run).toLowerCase();
      const userScope = required(input, 'userScope', USER_SCOPES);
      const taskScope = required(input, 'taskScope', TASK_SCOPES);
      return {
        kind: 'run',
        id,
        activatedOnScope: { '@odata.type': `#${NAMESPACE}${type}`, run: { id }, taskScope, userScope },
      };
    }
    case 'activateProcessingResultScope':
      return {
        kind: 'results',
        ids: readIds('processingResults', input.processingResults, max),
        activatedOnScope: {
          '@odata.type': `#${NAMESPACE}${type}`,
          taskScope: required(input, 'taskScope', TASK_SCOPES),
        },
      };
  }
}

/** The ids of at least one and at most `max` things. @throws LifecycleError `InvalidArgument`, `LimitExceeded`. */
export function readIds(
  field: string,
  value: unknown,
  max: number,
  limit = 'maxSubjectsPerActivation',
): readonly string[] {
  if (!Array.isArray(value) || value.length === 0) throw invalid(field, 'an array of at least one id', value);
  if (value.length > max) {
    throw new LifecycleError(
      'LimitExceeded',
      `Expected at most ${max} ${field} in one activation, got ${value.length}`,
      { limit, max },
    );
  }
  return value.map((one: unknown, index) => (isId(one) ? one : readId(`${field}[${index}]`, one)));
}

function readId(field: string, value: unknown): string {
  const id: unknown = typeof value === 'object' && value !== null ? (value as { id?: unknown }).id : value;
  if (isId(id)) return id;
  throw invalid(field, `an id of 1..${LIMITS.idLengthMax} characters`, id);
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= LIMITS.idLengthMax;
}

function required<Word extends string>(input: Input, field: string, words: readonly Word[]): Word {
  const word = readWord(input, field, words);
  if (word === undefined) throw invalid(field, `one of ${words.join(', ')}`, undefined);
  return word;
}

function typeOf(value: unknown): ScopeType {
  const types = Object.keys(FIELDS) as ScopeType[];
  const input = typeof value === 'object' && value !== null ? (value as Input) : {};
  const given = input['@odata.type'];
  const found =
    given === undefined
      ? types.filter((type) => Object.hasOwn(input, FIELDS[type][0]))
      : types.filter((type) => given === `#${NAMESPACE}${type}` || given === NAMESPACE + type);
  const [type] = found;
  if (type !== undefined && found.length === 1) return type;
  if (given !== undefined) throw invalid('@odata.type', `#${NAMESPACE} with ${types.join(', ')}`, given);
  throw invalid('the scope', `one of ${types.map((one) => FIELDS[one][0]).join(', ')}`, value);
}
