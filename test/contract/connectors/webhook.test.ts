import { describe, it } from 'vitest';
import { webhookConnection } from '../../../src/connectors/webhook/webhook-connection.ts';
import { webhookTasks } from '../../../src/connectors/webhook/webhook-tasks.ts';
import { connectorContract } from '../../../src/testing/connectors/connector-contract.ts';
import { HTTP_FAULTS, openHttpProxy } from '../../../src/testing/connectors/http-faults.ts';
import { startWebhookReceiver, WEBHOOK_SECRET } from '../../servers/webhook-receiver.ts';

for (const answers of ['says', 'silent'] as const)
  connectorContract(
    { describe, it },
    {
      name: `webhook: a receiver that ${answers === 'says' ? 'says what it does' : 'accepts silently'}`,
      faults: HTTP_FAULTS,
      secrets: [WEBHOOK_SECRET, WEBHOOK_SECRET.slice(6)],
      // A silent receiver does not say that the task was done before.
      isBlind: answers === 'silent',
      make: async () => {
        const receiver = await startWebhookReceiver(answers);
        const proxy = await openHttpProxy(receiver.url);
        return {
          subject: { id: 'E1', displayName: 'Ana Núñez' },
          connect: (clock) => {
            receiver.clock = clock;
            const http = { baseUrl: `${proxy.url}/hook`, clock };
            const connection = webhookConnection({
              http,
              secrets: WEBHOOK_SECRET,
              dryRun: answers === 'says',
            });
            return webhookTasks(connection, { disableUserAccount: {} }).disableUserAccount;
          },
          state: async () => Object.fromEntries(receiver.done),
          effects: () => receiver.done.size,
          requests: () => proxy.requests,
          inject: (fault, requests) => proxy.inject(fault, requests),
          dispose: async () => {
            await proxy.close();
            await receiver.close();
          },
        };
      },
    },
  );
