/** The configuration that `tenure init` writes. */
import { KINDS } from './config.ts';
import type { ConnectionExample } from './connection-kind.ts';
import type { KindName } from './kind-names.ts';

/** An example of some kinds. */
export interface ExampleConfig {
  readonly connections: readonly NamedExample[];
  readonly directory: string;
  /** Variables that it names. */
  readonly variables: readonly string[];
  /** The file of people that it names; `null`: none. */
  readonly file: string | null;
  /** Keys of the tasks of its workflow. */
  readonly tasks: readonly string[];
}

type NamedExample = ConnectionExample & { readonly kind: KindName };

/** An example with one connection of each kind, and with a file of people where none has them. */
export function exampleConfig(names: readonly KindName[]): ExampleConfig {
  const some = [...new Set(names)].map(exampleOf);
  const all = some.some(({ isDirectory }) => isDirectory) ? some : [exampleOf('file'), ...some];
  const tasks = [...new Set(all.flatMap((one) => one.tasks))];
  const doers = tasks.map((task) => doerOf(task, all));
  // A system that another one stands for must not be asked for the same.
  const connections = all.map((one) =>
    one.tasks.length === 0 || doers.includes(one) ? one : { ...one, fields: { ...one.fields, tasks: [] } },
  );
  const people = connections.find(({ isDirectory }) => isDirectory);
  const path = people?.kind === 'file' && 'path' in people.fields ? people.fields.path : null;
  return {
    connections,
    directory: people?.name ?? '',
    variables: connections.flatMap(({ fields }) => variablesIn(fields)),
    file: typeof path === 'string' ? path : null,
    tasks,
  };
}

/** Where several can do a task, the one that has not the people: those are read there. */
function doerOf(task: string, all: readonly NamedExample[]): NamedExample | undefined {
  const able = all.filter(({ tasks }) => tasks.includes(task));
  return able.find(({ isDirectory }) => !isDirectory) ?? able[0];
}

/** A workflow of its tasks, as JSON. */
export function workflowText({ tasks }: ExampleConfig): string {
  const workflow = {
    category: 'leaver',
    displayName: 'Leavers',
    executionConditions: 'onDemand',
    tasks: tasks.map((taskDefinitionId) => ({ taskDefinitionId })),
  };
  return `${JSON.stringify(workflow, null, 2)}\n`;
}

function exampleOf(kind: KindName): NamedExample {
  return { kind, ...(KINDS[kind].example as ConnectionExample) };
}

/** The example as JSON. */
export function jsonText({ connections, directory }: ExampleConfig): string {
  const byName = connections.map(({ name, kind, fields }) => [name, { kind, ...fields }] as const);
  return `${JSON.stringify({ connections: Object.fromEntries(byName), directory }, null, 2)}\n`;
}

/** The example as a module, with comments. */
export function moduleText({ connections, directory }: ExampleConfig): string {
  const lines = connections.flatMap(({ name, kind, about, fields }) => [
    `    // ${about}`,
    `    ${name}: ${literal({ kind, ...fields }, '    ')},`,
  ]);
  return [
    "import { defineConfig } from 'tenure/config';",
    '',
    'export default defineConfig({',
    '  connections: {',
    ...lines,
    '  },',
    `  directory: ${literal(directory, '')},`,
    '  // Handlers of your own, by the keys that `tenure tasks` lists, or by your own names:',
    '  // tasks: { sendWelcomeEmail: async ({ subject }) => { … } },',
    '});',
    '',
  ].join('\n');
}

/** A value of JSON as code. */
function literal(value: unknown, indent: string): string {
  if (typeof value === 'string') return `'${value.replace(/['\\]/g, '\\$&')}'`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  const items = Array.isArray(value)
    ? value.map((item) => literal(item, inner))
    : Object.entries(value).map(
        ([name, item]) =>
          `${/^[A-Za-z_]\w*$/.test(name) ? name : literal(name, '')}: ${literal(item, inner)}`,
      );
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  const pad = Array.isArray(value) ? '' : ' ';
  const line = `${open}${pad}${items.join(', ')}${pad}${close}`;
  if (!line.includes('\n') && indent.length + line.length <= 90) return line;
  return `${open}\n${items.map((item) => `${inner}${item},\n`).join('')}${indent}${close}`;
}

function variablesIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('env' in value && typeof value.env === 'string') return [value.env];
  return Object.values(value).flatMap(variablesIn);
}
