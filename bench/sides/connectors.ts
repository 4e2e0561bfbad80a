/** People who get an account at a SCIM service and lose it again: by the connector in a durable run, or by bare calls. */
import { join } from 'node:path';
import { arrayDirectory, createEngine, type Subject } from '../../src/index.ts';
import { scimConnection, scimTasks } from '../../src/scim.ts';
import { sqliteStore } from '../../src/sqlite.ts';
import type { Run } from '../child.ts';

const CONCURRENCY = 64;
const WARM_USERS = 200;
const TITLE = 'Engineer';
const TASKS = [
  'enableUserAccount',
  'updateUserAttributes',
  'addUserToGroups',
  'disableUserAccount',
  'removeUserFromSelectedGroups',
];

/** Who calls the service, and where it is. */
export interface ConnectorsInput {
  readonly who: 'tenure' | 'bare calls';
  readonly users: number;
  readonly url: string;
  readonly token: string;
  /** Ids; people are spread over them. */
  readonly groups: readonly string[];
  readonly folder: string;
}

export const run: Run<ConnectorsInput> = async (input) => {
  const work = { tenure: byConnector, 'bare calls': byBareCalls }[input.who];
  await work(input, people('warm', WARM_USERS));
  const subjects = people('person', input.users);
  const startMs = performance.now();
  await work(input, subjects);
  const seconds = (performance.now() - startMs) / 1_000;
  return { perSecond: (input.users * TASKS.length) / seconds, figures: {} };
};

function people(name: string, count: number): readonly Subject[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `${name}-${index}`,
    displayName: `${name} ${index}`,
  }));
}

const accountOf = ({ id, displayName }: Subject) => ({ userName: `${id}@example.com`, displayName });

/** A workflow for each group, all run at once. */
async function byConnector(
  { url, token, groups, folder }: ConnectorsInput,
  subjects: readonly Subject[],
): Promise<void> {
  const scim = scimConnection({
    http: { baseUrl: url, authorization: () => `Bearer ${token}` },
    newUser: accountOf,
  });
  const engine = await createEngine({
    store: await sqliteStore(join(folder, `${subjects.length}.db`)),
    directory: arrayDirectory(subjects),
    tasks: { ...scimTasks(scim) },
    concurrency: CONCURRENCY,
  });
  await engine.start();
  const runs = groups.map(async (group, index) => {
    const { id } = await engine.workflows.create({
      category: 'leaver',
      displayName: `Through group ${index}`,
      executionConditions: 'onDemand',
      tasks: TASKS.map((taskDefinitionId) => ({
        taskDefinitionId,
        arguments: argumentsOf(taskDefinitionId, group),
      })),
    });
    const ids = subjects
      .filter((_, ordinal) => ordinal % groups.length === index)
      .map((subject) => subject.id);
    const { id: runId } = await engine.runs.activate(id, { subjects: ids });
    const { failedUsersCount, successfulUsersCount } = await engine.runs.waitFor(runId);
    if (failedUsersCount > 0 || successfulUsersCount !== ids.length)
      throw new Error(`Expected ${ids.length} people to succeed, got ${successfulUsersCount}`);
  });
  await Promise.all(runs);
  await engine.close();
}

function argumentsOf(task: string, group: string): { name: string; value: string }[] {
  if (task === 'updateUserAttributes')
    return [{ name: 'attributeUpdates', value: JSON.stringify({ jobTitle: TITLE }) }];
  return task.includes('Groups') ? [{ name: 'groupID', value: group }] : [];
}

/** The requests that the tasks make, without a record of them. */
async function byBareCalls(
  { url, token, groups }: ConnectorsInput,
  subjects: readonly Subject[],
): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' };
  const call = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path} was answered with ${answer.status}`);
    const text = await answer.text();
    return text === '' ? null : JSON.parse(text);
  };
  const patch = (path: string, operation: object) =>
    call('PATCH', path, {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [operation],
    });
  const find = async ({ id }: Subject) => {
    const filter = new URLSearchParams({ startIndex: '1', count: '200', filter: `externalId eq "${id}"` });
    const { Resources: found } = await call('GET', `/Users?${filter}`);
    return found?.[0]?.id;
  };
  const through = async (subject: Subject, group: string) => {
    await find(subject);
    await call('POST', '/Users', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      externalId: subject.id,
      ...accountOf(subject),
      active: true,
    });
    await patch(`/Users/${await find(subject)}`, { op: 'replace', path: 'title', value: TITLE });
    const user = await find(subject);
    await call('GET', `/Groups/${group}`);
    await patch(`/Groups/${group}`, { op: 'add', path: 'members', value: [{ value: user }] });
    await call('GET', `/Groups/${group}`);
    await patch(`/Users/${await find(subject)}`, { op: 'replace', path: 'active', value: false });
    await find(subject);
    await call('GET', `/Groups/${group}`);
    await patch(`/Groups/${group}`, { op: 'remove', path: `members[value eq "${user}"]` });
    await call('GET', `/Groups/${group}`);
  };
  let next = 0;
  const lane = async () => {
    while (next < subjects.length) {
      const ordinal = next;
      next += 1;
      await through(subjects[ordinal] as Subject, groups[ordinal % groups.length] as string);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, lane));
}
