/** Reads what `activateWithScope` takes. Source: domain §1.13, §2.3, §3.9. */
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { fieldsOf, readWord } from '../../input/fields.ts';
import { invalid, type Place, root } from '../../input/refuse.ts';
import { readSubjectId } from '../../input/subject-id.ts';
import {
  type ActivateGroupScope,
  type ActivateProcessingResultScope,
  type ActivateRunScope,
  type ActivateUserScope,
  type ActivationTaskScope,
  type ActivationUserScope,
  TASK_SCOPES,
  USER_SCOPES,
} from '../../model/workflow/activation.ts';

/** Reference by id. */
export type IdReference = string | { readonly id: string };

/** A scope as callers hand it in; `@odata.type` may be left out, since the fields identify it. */
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

/** A scope, read and checked. */
export type ReadScope =
  | { readonly kind: 'users'; readonly ids: readonly string[]; readonly activatedOnScope: ActivateUserScope }
  | { readonly kind: 'group'; readonly id: string; readonly activatedOnScope: ActivateGroupScope }
  | { readonly kind: 'run'; readonly id: string; readonly activatedOnScope: ActivateRunScope }
  | {
      readonly kind: 'results';
      readonly ids: readonly string[];
      readonly activatedOnScope: ActivateProcessingResultScope;
    };

const TYPE = '@odata.type';
const NAMESPACE = 'microsoft.graph.identityGovernance.';
/** Fields by type; the first one identifies the type. */
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
  const place = root(value, 'the scope');
  const type = typeOf(place);
  const at = fieldsOf(root(value, `the ${type}`), [TYPE, ...FIELDS[type]]);
  switch (type) {
    case 'activateUserScope':
      return {
        kind: 'users',
        ids: readIds(at('users'), max),
        activatedOnScope: { '@odata.type': `#${NAMESPACE}${type}` },
      };
    case 'activateGroupScope': {
      const id = readId(at('group'));
      return {
        kind: 'group',
        id,
        activatedOnScope: { '@odata.type': `#${NAMESPACE}${type}`, group: { id } },
      };
    }
    case 'activateRunScope': {
      const id = readId(at('run')).toLowerCase();
      const userScope = readWord(at('userScope'), USER_SCOPES);
      const taskScope = readWord(at('taskScope'), TASK_SCOPES);
      return {
        kind: 'run',
        id,
        activatedOnScope: { '@odata.type': `#${NAMESPACE}${type}`, run: { id }, taskScope, userScope },
      };
    }
    case 'activateProcessingResultScope':
      return {
        kind: 'results',
        ids: readIds(at('processingResults'), max),
        activatedOnScope: {
          '@odata.type': `#${NAMESPACE}${type}`,
          taskScope: readWord(at('taskScope'), TASK_SCOPES),
        },
      };
  }
}

/** The ids of at least one and at most `max` things. @throws LifecycleError `InvalidArgument`, `LimitExceeded`. */
export function readIds(place: Place, max: number, limit = 'subjectsPerActivationMax'): readonly string[] {
  const { path, value } = place;
  if (!Array.isArray(value) || value.length === 0) throw invalid(place, 'an array of at least one id');
  if (value.length > max) {
    throw new LifecycleError(
      'LimitExceeded',
      `Expected at most ${max} ${path} in one activation, got ${value.length}`,
      { limit, max },
    );
  }
  return Array.from(value, (one: unknown, index) => readId({ path: `${path}[${index}]`, value: one }));
}

function readId({ path, value }: Place): string {
  const id: unknown = typeof value === 'object' && value !== null ? (value as { id?: unknown }).id : value;
  return readSubjectId({ path, value: id });
}

function typeOf(place: Place): ScopeType {
  const types = Object.keys(FIELDS) as ScopeType[];
  const at = fieldsOf(place, null);
  const given = at(TYPE);
  const found =
    given.value === undefined
      ? types.filter((type) => at(FIELDS[type][0]).value !== undefined)
      : types.filter((type) => given.value === `#${NAMESPACE}${type}` || given.value === NAMESPACE + type);
  const [type] = found;
  if (type !== undefined && found.length === 1) return type;
  if (given.value !== undefined) throw invalid(given, `#${NAMESPACE} with ${types.join(', ')}`);
  const names = types.map((one) => FIELDS[one][0]);
  throw invalid(place, `an object with one of ${names.join(', ')}`, found.length > 1 ? 'several' : 'none');
}
