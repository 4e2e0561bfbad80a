/** A slot over a directory of many people, and the least that reads a file of them. */
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parse } from 'csv-parse';
import {
  arrayDirectory,
  createEngine,
  csvDirectory,
  type Directory,
  jsonlDirectory,
  type Subject,
} from '../../src/index.ts';
import { sqliteStore } from '../../src/sqlite.ts';
import type { Run } from '../child.ts';

/** Where the people are. */
export type Source = 'csv' | 'jsonl' | 'array' | 'query';

/** Which files there are, and which source is read: `bare` is csv-parse alone, `files` writes the files. */
export interface DirectoryInput {
  readonly folder: string;
  readonly files: string;
  readonly users: number;
  readonly source: Source | 'bare' | 'files';
}

/** Hire dates, a day each, with today in the middle. */
const DAYS = 2_000;
const DAY_MS = 86_400_000;
const DEPARTMENTS = 40;
const COLUMNS = ['id', 'displayName', 'mail', 'department', 'employeeHireDate'] as const;

export const run: Run<DirectoryInput> = async ({ folder, files, users, source }) => {
  const file = (kind: 'csv' | 'jsonl') => join(files, `people.${kind}`);
  if (source === 'files') {
    await pipeline(Readable.from(csvOf(users)), createWriteStream(file('csv')));
    await pipeline(Readable.from(jsonlOf(users)), createWriteStream(file('jsonl')));
    return { perSecond: Number.NaN, figures: {} };
  }
  const people = source === 'array' ? [...peopleOf(users)] : [];
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  const startMs = performance.now();
  const before = process.cpuUsage();
  if (source === 'bare') await readBare(file('csv'), users);
  else await slotOver(await open(source, file, people, users), join(folder, 'slot.db'), users);
  const { user, system } = process.cpuUsage(before);
  loop.disable();
  return {
    perSecond: users / ((user + system) / 1e6),
    figures: {
      seconds: (performance.now() - startMs) / 1_000,
      residentMB: process.resourceUsage().maxRSS / 1e3,
      delayP99Ms: loop.percentile(99) / 1e6,
      delayMostMs: loop.max / 1e6,
    },
  };
};

/** Opens the directory and evaluates the slot of now, which takes a few hundred of a million. */
async function slotOver(directory: Directory, database: string, users: number): Promise<void> {
  const engine = await createEngine({
    store: sqliteStore(database),
    directory,
    tasks: { '*': () => {} },
  });
  const { workflow } = await engine.workflows.ensure({
    category: 'joiner',
    displayName: 'First day',
    executionConditions: {
      '@odata.type': '#microsoft.graph.identityGovernance.triggerAndScopeBasedConditions',
      scope: {
        '@odata.type': '#microsoft.graph.identityGovernance.ruleBasedSubjectSet',
        rule: "department eq 'Department 0'",
      },
      trigger: {
        '@odata.type': '#microsoft.graph.identityGovernance.timeBasedAttributeTrigger',
        timeBasedAttribute: 'employeeHireDate',
        offsetInDays: 0,
      },
    },
    tasks: [{ taskDefinitionId: 'enableUserAccount' }],
  });
  const { run, selection } = await engine.runs.evaluate(workflow.id);
  const inScope = Math.ceil(users / DEPARTMENTS);
  if (selection.inScopeCount !== inScope || (users > DAYS && run === null))
    throw new Error(`Expected ${inScope} people in scope and a run, got ${selection.inScopeCount}`);
  await engine.close();
}

function open(
  source: Source,
  file: (kind: 'csv' | 'jsonl') => string,
  people: readonly Subject[],
  users: number,
): Directory | Promise<Directory> {
  switch (source) {
    case 'csv':
      return csvDirectory(file('csv'));
    case 'jsonl':
      return jsonlDirectory(file('jsonl'));
    case 'array':
      return arrayDirectory(people);
    case 'query':
      return {
        get: async () => [],
        async *query(rule) {
          for (const person of peopleOf(users)) if (rule === null || rule.matches(person)) yield person;
        },
      };
  }
}

/** Every row as an object, and nothing done with it. */
async function readBare(path: string, users: number): Promise<void> {
  let rows = 0;
  const parser = createReadStream(path).pipe(parse({ columns: true }));
  for await (const row of parser) rows += row ? 1 : 0;
  if (rows !== users) throw new Error(`Expected ${users} rows, got ${rows}`);
}

function* peopleOf(users: number): Generator<Subject & Record<(typeof COLUMNS)[number], string>> {
  const firstMs = Math.floor(Date.now() / DAY_MS - DAYS / 2) * DAY_MS;
  for (let no = 0; no < users; no++) {
    yield {
      id: `u${no}`,
      displayName: `Person ${no}`,
      mail: `person${no}@example.com`,
      department: `Department ${no % DEPARTMENTS}`,
      employeeHireDate: new Date(firstMs + (no % DAYS) * DAY_MS).toISOString().slice(0, 10),
    };
  }
}

function* csvOf(users: number): Generator<string> {
  yield `${COLUMNS.join(',')}\n`;
  for (const person of peopleOf(users)) yield `${COLUMNS.map((name) => person[name]).join(',')}\n`;
}

function* jsonlOf(users: number): Generator<string> {
  for (const person of peopleOf(users)) yield `${JSON.stringify(person)}\n`;
}
