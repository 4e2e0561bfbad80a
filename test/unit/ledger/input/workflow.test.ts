import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LifecycleError } from '../../../../src/errors/lifecycle-error.ts';
import {
  expectUnchanged,
  readNewVersion,
  readWorkflowInput,
  readWorkflowPatch,
} from '../../../../src/ledger/input/workflow.ts';
import { LIMITS } from '../../../../src/model/limits.ts';
import type { Workflow } from '../../../../src/model/workflow/workflow.ts';
import { LIMIT_PRESETS } from '../../../../src/model/workflow/workflow-limits.ts';

const limits = LIMIT_PRESETS.default;
const NAMESPACE = 'microsoft.graph.identityGovernance.';
const trigger = { timeBasedAttribute: 'employeeHireDate', offsetInDays: -7 };
const conditions = { scope: { rule: "department eq 'Sales'" }, trigger };
const valid = {
  category: 'joiner',
  displayName: 'Onboard',
  executionConditions: conditions,
  tasks: [{ taskDefinitionId: 'sendWelcomeEmail' }],
};
const full = {
  '@odata.type': `#${NAMESPACE}triggerAndScopeBasedConditions`,
  scope: { '@odata.type': `#${NAMESPACE}ruleBasedSubjectSet`, rule: "department eq 'Sales'" },
  trigger: { '@odata.type': `#${NAMESPACE}timeBasedAttributeTrigger`, ...trigger },
};
const onDemand = { '@odata.type': `#${NAMESPACE}onDemandExecutionOnly` };
const read = (changes: object = {}) => readWorkflowInput({ ...valid, ...changes }, limits);

const current: Workflow = {
  ...read({ description: 'As it was', isSchedulingEnabled: true }),
  id: '00000000-0000-4000-8000-00000000000a',
  version: 1,
  tasks: read().tasks.map((task) => ({ ...task, id: 't1' })),
  createdDateTime: '2026-01-01T00:00:00.000Z',
  createdBy: { id: 'ada' },
  lastModifiedBy: null,
  lastModifiedDateTime: '2026-01-01T00:00:00.000Z',
  deletedDateTime: null,
  nextScheduleRunDateTime: null,
  settings: { quarantineConfiguration: null },
  quarantineDetails: { quarantineType: 'notQuarantined', quarantineReason: null, quarantinedDateTime: null },
};

function refusal(body: () => unknown): LifecycleError {
  try {
    body();
  } catch (error) {
    if (LifecycleError.is(error)) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('readWorkflowInput', () => {
  it('completes a short input', () => {
    expect(read()).toMatchObject({
      category: 'joiner',
      displayName: 'Onboard',
      description: null,
      isEnabled: true,
      isSchedulingEnabled: false,
      executionConditions: full,
      tasks: [{ taskDefinitionId: '70b29d51-b59a-4773-9280-8841dfd3f2ea', executionSequence: 1 }],
    });
  });

  it('reads an enumeration in any letter case', () => {
    const read1 = read({
      category: 'Joiner',
      executionConditions: { ...conditions, trigger: { ...trigger, timeBasedAttribute: 'EmployeeHireDate' } },
    });
    expect(read1.category).toBe('joiner');
    expect(read1.executionConditions).toEqual(full);
  });

  it.each([
    ['with #', (name: string) => `#${NAMESPACE}${name}`],
    ['without #', (name: string) => `${NAMESPACE}${name}`],
    ['without namespace', (name: string) => name],
  ])('reads @odata.type %s', (_, typed) => {
    const executionConditions = {
      '@odata.type': typed('triggerAndScopeBasedConditions'),
      scope: { '@odata.type': typed('ruleBasedSubjectSet'), rule: conditions.scope.rule },
      trigger: { '@odata.type': typed('timeBasedAttributeTrigger'), ...trigger },
    };
    expect(read({ executionConditions }).executionConditions).toEqual(full);
    const only = read({ executionConditions: { '@odata.type': typed('onDemandExecutionOnly') } });
    expect(only.executionConditions).toEqual(onDemand);
  });

  it('reads `onDemand` as the conditions without a trigger', () => {
    expect(read({ executionConditions: 'onDemand' }).executionConditions).toEqual(onDemand);
  });

  it('reads its own output', () => {
    const workflow = { ...current, 'tasks@odata.context': 'https://graph.microsoft.com/…' };
    const { id: _, ...expected } = { ...current.tasks[0] };
    expect(readWorkflowInput(workflow, limits)).toMatchObject({
      displayName: 'Onboard',
      executionConditions: full,
      tasks: [expected],
    });
    expect(readWorkflowInput(workflow, limits)).not.toHaveProperty('id');
    expect(readWorkflowInput(workflow, limits)).not.toHaveProperty('version');
  });

  it('returns frozen values, and keeps nothing of the input by reference', () => {
    const input = structuredClone(valid);
    const draft = readWorkflowInput(input, limits);
    input.executionConditions.scope.rule = 'changed';
    expect(draft.executionConditions).toEqual(full);
    const parts = 'scope' in draft.executionConditions ? Object.values(draft.executionConditions) : [];
    for (const part of [draft, draft.tasks, draft.executionConditions, ...parts])
      expect(Object.isFrozen(part)).toBe(true);
  });

  it.each([-180, -1, 0, 180])('takes an offset of %i days', (offsetInDays) => {
    const executionConditions = { ...conditions, trigger: { ...trigger, offsetInDays } };
    expect(read({ executionConditions }).executionConditions).toMatchObject({ trigger: { offsetInDays } });
  });

  it('accepts five administration scopes, administrative units by default', () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const administrationScopeTargets = ids.map((id) =>
      id === 'e' ? { '@odata.type': 'microsoft.graph.group', id } : { id },
    );
    expect(read({ administrationScopeTargets }).administrationScopeTargets).toEqual(
      ids.map((id) => ({
        '@odata.type': `#microsoft.graph.${id === 'e' ? 'group' : 'administrativeUnit'}`,
        id,
      })),
    );
    expect(read().administrationScopeTargets).toEqual([]);
  });

  it('writes the offset −0 as 0', () => {
    const executionConditions = { ...conditions, trigger: { ...trigger, offsetInDays: -0 } };
    expect(read({ executionConditions }).executionConditions).toMatchObject({ trigger: { offsetInDays: 0 } });
  });

  const typed = (type: string) => ({ '@odata.type': `#${NAMESPACE}${type}` });
  it.each<[string, object, string]>([
    ['an unknown field', { retries: 1 }, 'retries'],
    [
      'six administration scopes',
      { administrationScopeTargets: ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => ({ id })) },
      'administrationScopeTargets',
    ],
    [
      'an administration scope twice',
      { administrationScopeTargets: [{ id: 'a' }, { id: 'A' }] },
      'administrationScopeTargets',
    ],
    [
      'an administration scope without an id',
      { administrationScopeTargets: [{}] },
      'administrationScopeTargets[0].id',
    ],
    [
      'an administration scope of a type that is none',
      { administrationScopeTargets: [{ '@odata.type': '#microsoft.graph.<script>', id: 'a' }] },
      'administrationScopeTargets[0].@odata.type',
    ],
    [
      'null for the administration scopes',
      { administrationScopeTargets: null },
      'administrationScopeTargets',
    ],
    ['no category', { category: undefined }, 'category'],
    ['a category that Graph lacks', { category: 'extensible' }, 'category'],
    ['no name', { displayName: undefined }, 'displayName'],
    ['a blank name', { displayName: '  ' }, 'displayName'],
    ['a name of two lines', { displayName: 'a\nb' }, 'displayName'],
    ['a name that is too long', { displayName: 'x'.repeat(257) }, 'displayName'],
    ['a description that is too long', { description: 'x'.repeat(1025) }, 'description'],
    ['a flag that is a number', { isEnabled: 1 }, 'isEnabled'],
    ['null for a flag', { isSchedulingEnabled: null }, 'isSchedulingEnabled'],
    [
      'scheduling of a disabled workflow',
      { isEnabled: false, isSchedulingEnabled: true },
      'isSchedulingEnabled',
    ],
    [
      'scheduling without a trigger',
      { executionConditions: onDemand, isSchedulingEnabled: true },
      'isSchedulingEnabled',
    ],
    ['no tasks', { tasks: undefined }, 'tasks'],
    ['an empty list of tasks', { tasks: [] }, 'tasks'],
    ['no conditions', { executionConditions: undefined }, 'executionConditions'],
    ['null for conditions', { executionConditions: null }, 'executionConditions'],
    ['another word for conditions', { executionConditions: 'ondemand' }, 'executionConditions'],
    ['conditions that say nothing', { executionConditions: {} }, 'executionConditions'],
    [
      'another type of conditions',
      { executionConditions: typed('provisioningMapping') },
      'executionConditions.@odata.type',
    ],
    [
      'a type that is no text',
      { executionConditions: { '@odata.type': 5 } },
      'executionConditions.@odata.type',
    ],
    [
      'on demand with a scope',
      { executionConditions: { ...onDemand, scope: {} } },
      'executionConditions.scope',
    ],
    [
      'a scope without a trigger',
      { executionConditions: { scope: conditions.scope } },
      'executionConditions.trigger',
    ],
    ['a trigger without a scope', { executionConditions: { trigger } }, 'executionConditions.scope'],
    [
      'a scope of no groups',
      { executionConditions: { ...conditions, scope: { ...typed('groupBasedSubjectSet'), groups: [] } } },
      'executionConditions.scope.groups',
    ],
    [
      'a scope with more than a rule',
      { executionConditions: { ...conditions, scope: { rule: 'x', groups: [] } } },
      'executionConditions.scope.groups',
    ],
    [
      'an empty rule',
      { executionConditions: { ...conditions, scope: { rule: ' ' } } },
      'executionConditions.scope.rule',
    ],
    [
      'a rule that is no text',
      { executionConditions: { ...conditions, scope: { rule: {} } } },
      'executionConditions.scope.rule',
    ],
    [
      'a trigger on a change of nothing',
      {
        executionConditions: {
          ...conditions,
          trigger: { ...typed('attributeChangeTrigger'), triggerAttributes: [] },
        },
      },
      'executionConditions.trigger.triggerAttributes',
    ],
    [
      'another attribute',
      { executionConditions: { ...conditions, trigger: { ...trigger, timeBasedAttribute: 'birthday' } } },
      'executionConditions.trigger.timeBasedAttribute',
    ],
    ...[181, -181, 1.5, Number.NaN, Infinity, '7', null, undefined, [7]].map(
      (offsetInDays): [string, object, string] => [
        `an offset of ${JSON.stringify(offsetInDays)}`,
        { executionConditions: { ...conditions, trigger: { ...trigger, offsetInDays } } },
        'executionConditions.trigger.offsetInDays',
      ],
    ),
    ['a task of another category', { category: 'leaver' }, 'tasks[0].taskDefinitionId'],
  ])('refuses %s and names the field', (_, changes, field) => {
    const error = refusal(() => read(changes));
    expect(error.code).toBe('InvalidArgument');
    expect(error.details.field).toBe(field);
  });

  it('names the field and the position of a rule that cannot be read', () => {
    const rule = "department eq 'Sales' xor id eq '1'";
    const error = refusal(() => read({ executionConditions: { ...conditions, scope: { rule } } }));
    expect(error.code).toBe('InvalidFilter');
    expect(error.details).toMatchObject({
      field: 'executionConditions.scope.rule',
      position: rule.indexOf('xor'),
    });
    expect(error.message).toMatch(/^executionConditions\.scope\.rule: Expected/);
    expect(LifecycleError.is(error.cause)).toBe(true);
  });

  it('bounds the length of a rule', () => {
    const rule = `id eq '${'x'.repeat(LIMITS.filterLengthMax)}'`;
    expect(
      LifecycleError.is(refusal(() => read({ executionConditions: { ...conditions, scope: { rule } } }))),
    ).toBe(true);
  });

  it('bounds the number of tasks by the limit that is set', () => {
    const tasks = Array.from({ length: 26 }, () => ({ taskDefinitionId: 'sendWelcomeEmail' }));
    const error = refusal(() => readWorkflowInput({ ...valid, tasks }, LIMIT_PRESETS.entra));
    expect(error).toMatchObject({
      code: 'LimitExceeded',
      details: { limit: 'tasksPerWorkflowMax', max: 25 },
    });
  });
});

describe('readNewVersion', () => {
  const tasks = [{ taskDefinitionId: 'issueLaptop' }];

  it('keeps what is not given', () => {
    const draft = readNewVersion({ tasks, executionConditions: conditions }, current, limits);
    expect(draft).toMatchObject({
      category: 'joiner',
      displayName: 'Onboard',
      description: 'As it was',
      isEnabled: true,
      isSchedulingEnabled: true,
      tasks: [{ taskDefinitionId: 'issueLaptop' }],
    });
  });

  it('takes the workflow itself with other tasks', () => {
    const draft = readNewVersion({ ...current, description: null, tasks }, current, limits);
    expect(draft).toMatchObject({ displayName: 'Onboard', description: null });
  });

  it('turns scheduling off with the workflow', () => {
    const draft = readNewVersion(
      { tasks, executionConditions: conditions, isEnabled: false },
      current,
      limits,
    );
    expect(draft).toMatchObject({ isEnabled: false, isSchedulingEnabled: false });
  });

  it.each<[string, object, string]>([
    ['no tasks', { tasks: undefined }, 'tasks'],
    ['no conditions', { executionConditions: undefined }, 'executionConditions'],
    ['another category', { category: 'mover' }, 'category'],
    ['another id', { id: '00000000-0000-4000-8000-00000000000b' }, 'id'],
    ['on demand only while it is scheduled', { executionConditions: onDemand }, 'isSchedulingEnabled'],
  ])('refuses %s', (_, changes, field) => {
    const input = { tasks, executionConditions: conditions, ...changes };
    expect(refusal(() => readNewVersion(input, current, limits)).details.field).toBe(field);
  });

  it('becomes on demand only when scheduling is turned off with it', () => {
    const input = { tasks, executionConditions: onDemand, isSchedulingEnabled: false };
    expect(readNewVersion(input, current, limits).executionConditions).toEqual(onDemand);
  });
});

describe('readWorkflowPatch', () => {
  it('gives the fields that were given, and no others', () => {
    expect(readWorkflowPatch({})).toEqual({});
    const patch = { displayName: 'New', description: null, isEnabled: false, isSchedulingEnabled: true };
    expect(readWorkflowPatch({ ...patch, '@odata.type': 'x' })).toEqual(patch);
    expect(Object.keys(readWorkflowPatch({ isEnabled: false, displayName: undefined }))).toEqual([
      'isEnabled',
    ]);
  });

  it('takes a workflow that was got, and gives what a patch can change', () => {
    const { displayName, description, isEnabled, isSchedulingEnabled, settings, administrationScopeTargets } =
      current;
    expect(readWorkflowPatch(current)).toEqual({
      displayName,
      description,
      isEnabled,
      isSchedulingEnabled,
      settings,
      administrationScopeTargets,
    });
    expect(() => expectUnchanged(current, current, limits)).not.toThrow();
    const { tasks: list, ...rest } = current;
    const reread = { ...rest, tasks: list.map(({ id: _, category: __, ...task }) => task) };
    expect(() => expectUnchanged(reread, current, limits)).not.toThrow();
  });

  it.each<[string, unknown]>([
    ['tasks', [{ taskDefinitionId: 'issueLaptop' }]],
    ['tasks', 'x'],
    ['executionConditions', onDemand],
    ['category', 'leaver'],
    ['id', 'x'],
    ['id', 7],
  ])('refuses other %s, which no patch can change: %j', (field, value) => {
    expect(refusal(() => expectUnchanged({ [field]: value }, current, limits)).details.field).toBe(field);
  });

  it('refuses a field that no workflow has, and says which there are', () => {
    const error = refusal(() => readWorkflowPatch({ colour: 'x' }));
    expect(error.details.field).toBe('colour');
    expect(error.message).toContain('displayName, description, isEnabled, isSchedulingEnabled');
  });

  it.each([null, undefined, [], 'x', 5])('refuses %o, which is no object', (input) => {
    expect(refusal(() => readWorkflowPatch(input)).code).toBe('InvalidArgument');
  });
});

describe('hostile input', () => {
  /** Ends normally, or in a LifecycleError that names a field; anything else is a bug. */
  function survive(body: () => unknown): void {
    try {
      body();
    } catch (error) {
      if (!LifecycleError.is(error)) throw error;
      expect(typeof error.details.field).toBe('string');
      expect(error.message.length).toBeLessThan(20_000);
    }
  }

  const readers = [
    (input: unknown) => readWorkflowInput(input, limits),
    (input: unknown) => readNewVersion(input, current, limits),
    (input: unknown) => readWorkflowPatch(input),
  ];

  it('never gives anything but a value or a LifecycleError: arbitrary JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (input) => {
        for (const one of readers) survive(() => one(input));
      }),
      { numRuns: 500 },
    );
  });

  it('never gives anything but a value or a LifecycleError: arbitrary values', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withDate: true,
          withMap: true,
          withNullPrototype: true,
          withSparseArray: true,
        }),
        (input) => {
          for (const one of readers) survive(() => one(input));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('never gives anything but a value or a LifecycleError: a valid input with one part replaced', () => {
    const paths = pathsOf({ ...valid, executionConditions: full, description: 'd', isEnabled: true });
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.anything({ withBigInt: true }), (path, value) => {
        const input = { ...structuredClone(valid), executionConditions: structuredClone(full) };
        put(input, path, value);
        survive(() => readWorkflowInput(input, limits));
      }),
      { numRuns: 2000 },
    );
  });

  it('cannot pollute a prototype', () => {
    const input = JSON.parse('{"__proto__": {"polluted": true}, "category": "joiner"}');
    expect(refusal(() => readWorkflowInput(input, limits)).details.field).toBe('__proto__');
    const pairs = [{ name: '__proto__', value: 'x' }];
    read({ tasks: [{ taskDefinitionId: '__proto__', arguments: pairs }] });
    expect({}).not.toHaveProperty('polluted');
  });
});

function pathsOf(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  const below = Object.entries(value).flatMap(([key, child]) => pathsOf(child, [...path, key]));
  return path.length === 0 ? below : [path, ...below];
}

function put(target: object, path: readonly string[], value: unknown): void {
  const last = path.at(-1) ?? '';
  const parent = path.slice(0, -1).reduce<unknown>((one, key) => Reflect.get(Object(one), key), target);
  Reflect.set(Object(parent), last, value);
}
