import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type EntraOptions, entraConnection } from '../../../../src/connectors/entra/entra-connection.ts';
import {
  type EntraTasks,
  type EntraTasksOptions,
  entraTasks,
} from '../../../../src/connectors/entra/entra-tasks.ts';
import type { Subject } from '../../../../src/model/subject.ts';
import type { TaskContext, TaskHandlerResult } from '../../../../src/ports/task-handler.ts';
import { VirtualClock } from '../../../helpers/virtual-clock.ts';
import { type EntraData, guid } from '../../../servers/entra/entra-data.ts';
import { CLIENT_ID, CLIENT_SECRET, TENANT } from '../../../servers/entra/token-endpoint.ts';
import { type EntraEmulator, startEntraEmulator } from '../../../servers/entra-emulator.ts';

export const ANA = guid('a', 1);
export const START_MS = Date.parse('2026-01-05T08:00:00Z');

/** What a call of a task is made of, where it differs from the first call for Ana. */
interface Call {
  readonly subject?: Subject;
  readonly given?: Readonly<Record<string, string>>;
  readonly context?: Partial<TaskContext>;
  readonly options?: EntraTasksOptions;
  readonly connection?: Partial<EntraOptions>;
}

/** A tenant for the tests of a file, empty before each. */
export function tenant() {
  let emulator: EntraEmulator;
  let nowMs = START_MS;
  beforeAll(async () => {
    emulator = await startEntraEmulator(() => nowMs);
  });
  afterAll(() => emulator.close());
  beforeEach(() => {
    nowMs = START_MS;
    emulator.reset();
  });

  const connect = (more?: Partial<EntraOptions>) =>
    entraConnection({
      tenantId: TENANT,
      clientId: CLIENT_ID,
      credential: { clientSecret: CLIENT_SECRET },
      graphUrl: emulator.url,
      authorityUrl: emulator.url,
      clock: new VirtualClock(START_MS),
      ...more,
    });

  function handler(task: keyof EntraTasks, { options, connection }: Call) {
    const found = entraTasks(connect(connection), options)[task];
    if (!found) throw new Error(`Expected a handler of ${task}`);
    return found;
  }

  const contextOf = ({ subject = { id: ANA }, given = {}, context }: Call) =>
    ({
      subject,
      arguments: given,
      attempt: 1,
      interruptions: 0,
      idempotencyKey: 'key',
      run: { scheduledDateTime: new Date(START_MS).toISOString() },
      signal: new AbortController().signal,
      ...context,
    }) as TaskContext;

  return {
    get data(): EntraData {
      return emulator.data;
    },
    connect,
    /** Lets the tenant's clock go on. */
    pass: (ms: number) => {
      nowMs += ms;
    },
    addAna: (more: Readonly<Record<string, unknown>> = {}) => emulator.data.addUser({ id: ANA, ...more }),
    run: async (task: keyof EntraTasks, call: Call = {}): Promise<TaskHandlerResult> =>
      handler(task, call).run(contextOf(call)),
    preview: async (task: keyof EntraTasks, call: Call = {}): Promise<TaskHandlerResult> =>
      handler(task, call).preview?.(contextOf(call)),
  };
}
