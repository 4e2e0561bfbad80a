/**
 * The pages and schemas of `src/formats` are made of what files are read by, and the schema of workflows says what its reader
 * does. `npx vitest run test/docs/formats -u` writes them.
 */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fastify from 'fastify';
import { afterAll, describe, expect, it } from 'vitest';
import { fillTemplate } from '../../../src/catalogue/fill-template.ts';
import { WORKFLOW_TEMPLATES } from '../../../src/catalogue/workflow-templates.ts';
import { readWorkflow } from '../../../src/cli/session/workflow-source.ts';
import { CONFIG_SCHEMA } from '../../../src/config/config.ts';
import { readConfig } from '../../../src/config/read-config.ts';
import { readRule } from '../../../src/ledger/input/conditions.ts';
import { readWorkflowInput } from '../../../src/ledger/input/workflow.ts';
import { DEFAULT_LIMITS } from '../../../src/model/workflow/workflow-limits.ts';
import { readScenario } from '../../../src/simulate/scenario/read-scenario.ts';
import { SCENARIO_SCHEMA } from '../../../src/simulate/scenario/scenario.ts';
import { PAGES } from './pages.ts';
import { type Schema, WORKFLOW_SCHEMA } from './workflow-schema.ts';

const FOLDER = resolve(import.meta.dirname, '../../../src/formats');
const SCHEMAS: Readonly<Record<string, Schema>> = {
  workflow: WORKFLOW_SCHEMA,
  scenario: SCENARIO_SCHEMA as unknown as Schema,
  configuration: CONFIG_SCHEMA as unknown as Schema,
};

describe('the formats', () => {
  it.each(Object.keys(SCHEMAS))('%s has its page and its schema, as its reader has it', async (name) => {
    const schema = SCHEMAS[name] as Schema;
    const text = `${JSON.stringify(schema, null, 2)}\n`;
    await expect(text).toMatchFileSnapshot(join(FOLDER, `${name}.schema.json`));
    await expect(PAGES[name]?.(schema)).toMatchFileSnapshot(join(FOLDER, `${name}.md`));
  });

  it.each(Object.entries(SCHEMAS))(
    '%s says of every field that may be left out what then holds',
    (_, schema) => {
      expect(silent(schema, '')).toEqual([]);
    },
  );

  it('have examples that their readers take', async () => {
    const [workflow = '', scenario = '', configuration = ''] = Object.keys(SCHEMAS).map(exampleOf);
    expect(readScenario(JSON.parse(scenario)).scenario.name).toBe('A quarter of onboarding');
    const folder = await mkdtemp(join(tmpdir(), 'tenure-formats-'));
    const file = join(folder, 'tenure.config.json');
    await writeFile(file, configuration);
    const ofWorkflow = join(folder, 'workflow.json');
    await writeFile(
      ofWorkflow,
      JSON.stringify({ $schema: './workflow.schema.json', ...JSON.parse(workflow) }),
    );
    expect((await readWorkflow({ workflow: ofWorkflow })).tasks).toHaveLength(3);
    expect(Object.keys((await readConfig(file)).config.connections)).toEqual(['people', 'app']);
    await rm(folder, { recursive: true });
  });
});

/** The first block of JSON of a page. */
function exampleOf(name: string): string {
  const page = PAGES[name]?.(SCHEMAS[name] as Schema) ?? '';
  return /```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
}

/** Fields that may be left out and do not say what then holds. */
function silent(schema: unknown, path: string): readonly string[] {
  if (Array.isArray(schema)) return schema.flatMap((one) => silent(one, path));
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {}, required = [], if: _, then: __, ...others } = schema as Schema;
  const own = Object.entries(properties).flatMap(([name, field]) => {
    const isSaid = required.includes(name) || /\bdefault\b|; or\b|\bignored\b/i.test(field.description ?? '');
    return [...(isSaid ? [] : [`${path}.${name}`]), ...silent(field, `${path}.${name}`)];
  });
  return [...own, ...Object.values(others).flatMap((one) => silent(one, path))];
}

/** Workflows that use every part of the format. */
const VALID: readonly object[] = [
  ...WORKFLOW_TEMPLATES.map((template) => fillTemplate(template, {}, readRule)),
  ...[
    {
      scope: { rule: "department eq 'Sales'" },
      trigger: { attribute: 'employeeOrgData/end', operator: { eventTiming: 'on', offsetInDays: 0 } },
    },
    {
      scope: { rule: "department eq 'Sales'" },
      trigger: {
        attribute: 'end',
        operator: { eventTiming: 'after', greaterThanOffsetInDays: 3, lessThanOffsetInDays: 9 },
      },
    },
    { scope: { rule: "department eq 'Sales'" }, trigger: { triggerAttributes: [{ name: 'department' }] } },
    { scope: { rule: "department eq 'Sales'" }, trigger: { inactivityPeriodInDays: 30 } },
    { scope: { groups: [{ id: 'g1' }] }, trigger: { changeType: 'add' } },
    { '@odata.type': '#microsoft.graph.identityGovernance.onDemandExecutionOnly' },
    'onDemand',
  ].map((executionConditions) => ({
    '@odata.context': 'https://graph.microsoft.com/$metadata',
    id: '1',
    category: 'joiner',
    displayName: 'First day',
    description: null,
    isEnabled: true,
    executionConditions,
    settings: {
      quarantineConfiguration: { conditions: [{ threshold: 10 }, { percentage: 5 }], matchMode: 'any' },
    },
    administrationScopeTargets: [{ id: 'unit' }],
    tasks: [
      {
        taskDefinitionId: 'myTask',
        displayName: 'Mine',
        isEnabled: false,
        continueOnError: true,
        arguments: [{ name: 'a', value: '' }],
      },
      { taskDefinitionId: 'enableUserAccount', description: null },
    ],
  })),
];

/** A value with one part replaced, removed or added, for every part. */
function* mutants(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    yield [];
    for (const [index, item] of value.entries())
      for (const changed of mutants(item)) yield value.with(index, changed);
  } else if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value);
    yield { ...value, fremd: 1 };
    for (const [name, field] of fields) {
      yield Object.fromEntries(fields.filter(([other]) => other !== name));
      for (const changed of mutants(field)) yield { ...value, [name]: changed };
    }
  }
  for (const other of [null, 7, -1, 1.5, 1e9, '', ' ', 'x\ny', 'x'.repeat(2_000), true, [], {}, ['x']])
    if (typeof other !== typeof value || other !== value) yield other;
}

describe('the schema of workflows', () => {
  const app = fastify({
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, useDefaults: false } },
  });
  afterAll(() => app.close());

  it('takes what the reader takes, and refuses what it refuses, but for what only rules and the catalogue can say', async () => {
    const { $schema: _, ...schema } = WORKFLOW_SCHEMA;
    let isValid: ((value: unknown) => boolean) | undefined;
    app.post('/', { schema: { body: schema } }, (request) => {
      isValid = (value) => Boolean(request.validateInput(value, 'body'));
      return 'ok';
    });
    const { statusCode } = await app.inject({ method: 'POST', url: '/', payload: VALID[0] as object });
    expect(statusCode).toBe(200);
    const differences: string[] = [];
    let count = 0;
    for (const valid of VALID)
      for (const value of [valid, ...mutants(valid)]) {
        count += 1;
        const refusal = refusalOf(value);
        const isTaken = isValid?.(value) ?? false;
        if (isTaken !== (refusal === null) && !(isTaken && BEYOND.some((one) => one.test(refusal ?? ''))))
          differences.push(`${isTaken ? 'taken' : 'refused'}; reader: ${refusal}`);
      }
    expect([...new Set(differences)].slice(0, 10)).toEqual([]);
    expect(count).toBeGreaterThan(8_000);
  });
});

/** Refusals by what a schema cannot say: rules, the parameters of catalogue tasks, what fields say together. */
const BEYOND = [/rule/, /arguments/];

function refusalOf(value: unknown): string | null {
  try {
    readWorkflowInput(value, DEFAULT_LIMITS);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
