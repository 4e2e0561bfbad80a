/** A receiver of webhooks that verifies signatures and does each task once. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { verifyWebhook, WebhookRefused } from '../../src/connectors/webhook/webhook-signature.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { systemClock } from '../../src/system/real/clock.ts';

export const WEBHOOK_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** The message of a task, as far as the receiver reads it. */
interface TaskMessage {
  readonly type: string;
  readonly data: {
    readonly dryRun: boolean;
    readonly task: { readonly key: string };
    readonly arguments: Readonly<Record<string, string>>;
    readonly subject: { readonly id: string };
    readonly callback: { readonly token: string; readonly url: string | null } | null;
  };
}

/** A running receiver. */
export interface WebhookReceiver {
  readonly url: string;
  /** What was done, by message id. */
  readonly done: ReadonlyMap<string, string>;
  /** Messages whose signature was right, dry runs and repeats included. */
  readonly messages: readonly { readonly id: string; readonly path: string; readonly message: TaskMessage }[];
  readonly refusals: readonly string[];
  readonly requests: number;
  clock: Clock;
  close(): Promise<void>;
}

/** @param answers `silent`: 202 without a body, for each. `says`: what it has done, or that it was done before. */
export async function startWebhookReceiver(answers: 'silent' | 'says' = 'says'): Promise<WebhookReceiver> {
  const done = new Map<string, string>();
  const messages: { id: string; path: string; message: TaskMessage }[] = [];
  const refusals: string[] = [];
  const receiver = { clock: systemClock, requests: 0 };
  const server = createServer(async (request, response) => {
    receiver.requests += 1;
    if (request.method !== 'POST') return void response.writeHead(405).end();
    const answer = (status: number, body?: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(body && JSON.stringify(body));
    try {
      const body = await buffer(request);
      const options = { secrets: WEBHOOK_SECRET, clock: receiver.clock };
      const { id, message } = await verifyWebhook({ headers: request.headers, body }, options);
      const task = message as TaskMessage;
      messages.push({ id, path: request.url ?? '', message: task });
      if (task.type !== 'tenure.task') return void answer(204);
      const change = `${task.data.task.key}: ${task.data.subject.id}`;
      const isRepeat = done.has(id);
      if (!isRepeat && !task.data.dryRun) done.set(id, change);
      if (answers === 'silent') return void answer(202);
      answer(200, isRepeat ? { processingInfo: 'Done before' } : { changes: [change] });
    } catch (error) {
      if (!(error instanceof WebhookRefused)) return void answer(500);
      refusals.push(error.message);
      answer(401, { detail: error.message });
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return Object.assign(receiver, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    done,
    messages,
    refusals,
    close: () =>
      new Promise<void>((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  });
}
