import { describe, expect, it } from 'vitest';
import { findParameter } from '../../../src/catalogue/task-arguments.ts';
import { findTaskDefinition, TASK_DEFINITIONS } from '../../../src/catalogue/task-definitions.ts';
import { WORKFLOW_CATEGORIES } from '../../../src/model/status.ts';

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('the catalogue of tasks', () => {
  it('has the 31 definitions whose ids are known', () => {
    expect(TASK_DEFINITIONS).toHaveLength(31);
  });

  it('names each definition once, by GUID in lower case, key and display name', () => {
    for (const property of ['id', 'key', 'displayName'] as const) {
      expect(new Set(TASK_DEFINITIONS.map((one) => one[property])).size).toBe(TASK_DEFINITIONS.length);
    }
    for (const { id, key } of TASK_DEFINITIONS) {
      expect(id).toMatch(GUID);
      expect(key).toMatch(/^[a-z][A-Za-z]+$/);
    }
  });

  it('has no two keys that differ in letter case only', () => {
    expect(new Set(TASK_DEFINITIONS.map(({ key }) => key.toLowerCase())).size).toBe(TASK_DEFINITIONS.length);
  });

  it('stops on errors everywhere, as Entra does', () => {
    expect(TASK_DEFINITIONS.every(({ continueOnError }) => !continueOnError)).toBe(true);
  });

  it('gives every definition a category, in the order of the model, and a description', () => {
    for (const { category, description } of TASK_DEFINITIONS) {
      expect(category.length).toBeGreaterThan(0);
      expect(category).toEqual(WORKFLOW_CATEGORIES.filter((one) => category.includes(one)));
      expect(description).not.toBe('');
    }
  });

  it('gives a parameter of type enum its values', () => {
    const all = TASK_DEFINITIONS.flatMap(({ parameters }) => parameters);
    for (const { valueType, values } of all)
      if (valueType === 'enum') expect(values).toEqual(['true', 'false']);
    expect(all.some(({ valueType }) => valueType === 'enum')).toBe(true);
  });

  it('gives every e-mail task the five parameters of e-mail tasks', () => {
    const mails = TASK_DEFINITIONS.filter(({ key }) => /email/i.test(key));
    expect(mails).toHaveLength(11);
    for (const { parameters } of mails) {
      expect(parameters.map(({ name }) => name).slice(-5)).toEqual([
        'cc',
        'customSubject',
        'customBody',
        'locale',
        'to',
      ]);
    }
  });

  it('cannot be changed', () => {
    const [first] = TASK_DEFINITIONS;
    expect(() => Object.assign(first ?? {}, { id: 'x' })).toThrow(TypeError);
    for (const one of [TASK_DEFINITIONS, first?.category, first?.parameters, first?.parameters[0]?.values])
      expect(Object.isFrozen(one)).toBe(true);
  });
});

describe('findTaskDefinition', () => {
  it.each([
    ['70b29d51-b59a-4773-9280-8841dfd3f2ea', 'sendWelcomeEmail'],
    ['3C860712-2D37-42A4-928F-5C93935D26A1', 'sendOnboardingReminderEmail'],
    ['1b555e50-7f65-41d5-b514-5894a026d10d', 'generateTapAndSendEmail'],
    ['22085229-5809-45E8-97FD-270d28d66910', 'addUserToGroups'],
    ['6fc52c9d-398b-4305-9763-15f42c1676fc', 'enableUserAccount'],
    ['8d18588d-9ad3-4c0f-99d0-ec215f0e3dff', 'deleteUserAccount'],
  ])('finds %s, in any letter case, and by its key %s', (id, key) => {
    expect(findTaskDefinition(id)?.key).toBe(key);
    expect(findTaskDefinition(key)?.id).toBe(id.toLowerCase());
  });

  it('finds every definition by what it is called', () => {
    for (const one of TASK_DEFINITIONS) {
      expect(findTaskDefinition(one.key)).toBe(one);
      expect(findTaskDefinition(one.id.toUpperCase())).toBe(one);
    }
  });

  it.each(['', 'ADDUSERTOGROUPS', 'Add user to groups', '__proto__', 'constructor', 'issueLaptop'])(
    'finds nothing by %j',
    (name) => expect(findTaskDefinition(name)).toBeUndefined(),
  );

  it('finds a parameter by its exact name', () => {
    const tap = findTaskDefinition('generateTapAndSendEmail');
    expect(tap && findParameter(tap, 'tapIsUsableOnce')?.valueType).toBe('enum');
    expect(tap && findParameter(tap, 'tapisusableonce')).toBeUndefined();
    expect(tap && findParameter(tap, 'toString')).toBeUndefined();
  });
});
