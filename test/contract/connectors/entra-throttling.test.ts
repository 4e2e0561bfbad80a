/** Many people at once on a tenant that throttles: all wait, and nothing fails. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { entraConnection } from '../../../src/connectors/entra/entra-connection.ts';
import { entraTasks } from '../../../src/connectors/entra/entra-tasks.ts';
import { RetryAfter } from '../../../src/engine/handlers/results/task-failure.ts';
import type { TaskContext } from '../../../src/ports/task-handler.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';
import { guid } from '../../servers/entra/entra-data.ts';
import { CLIENT_ID, CLIENT_SECRET, TENANT } from '../../servers/entra/token-endpoint.ts';
import { type EntraEmulator, RETRY_AFTER_S, startEntraEmulator } from '../../servers/entra-emulator.ts';

const PEOPLE = 300;
const LANES = 16;
/** Requests that the tenant takes in the time after which it lets clients come again. */
const QUOTA = 50;

let emulator: EntraEmulator;
beforeAll(async () => {
  emulator = await startEntraEmulator();
});
afterAll(() => emulator.close());

it('has all people join their group, and asks a tenant that throttles no more than once for each lane', async () => {
  const { data } = emulator;
  const clock = new VirtualClock();
  const group = guid('b', 1);
  data.addGroup({ id: group, displayName: 'Sales' });
  const left = Array.from({ length: PEOPLE }, (_, n) => data.addUser({ id: guid('a', n) }));
  let [windows, used, refused, sinceMs] = [1, 0, 0, clock.now()];
  const throttling = (...call: Parameters<typeof fetch>) => {
    if (clock.now() - sinceMs >= 1_000 * RETRY_AFTER_S)
      [windows, used, sinceMs] = [windows + 1, 0, clock.now()];
    used += 1;
    if (used > QUOTA) {
      data.throttled += 1;
      refused += 1;
    }
    return fetch(...call);
  };
  const entra = entraConnection({
    tenantId: TENANT,
    clientId: CLIENT_ID,
    credential: { clientSecret: CLIENT_SECRET },
    graphUrl: emulator.url,
    authorityUrl: emulator.url,
    clock,
    fetch: throttling,
  });
  const { addUserToGroups } = entraTasks(entra);
  const signal = new AbortController().signal;

  async function lane(): Promise<void> {
    for (let subject = left.pop(); subject; subject = left.pop())
      for (let isDone = false; !isDone; ) {
        const context = { subject, arguments: { groupID: group }, signal } as unknown as TaskContext;
        try {
          isDone = (await addUserToGroups.run(context)) !== undefined;
        } catch (error) {
          if (!RetryAfter.is(error)) throw error;
          expect(error).toMatchObject({ scope: 'handler', failureCode: 'Http429' });
          clock.jump(error.delayMs);
        }
      }
  }
  await Promise.all(Array.from({ length: LANES }, lane));

  expect(data.members.get(group)?.size).toBe(PEOPLE);
  expect(windows).toBeGreaterThan(PEOPLE / QUOTA);
  expect(refused).toBeGreaterThan(0);
  expect(refused).toBeLessThanOrEqual(windows * LANES);
});
