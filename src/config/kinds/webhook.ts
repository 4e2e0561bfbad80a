import { flag, list, record, text, whole } from '../../input/schema.ts';
import { connectionKind } from '../connection-kind.ts';
import { header, secret } from '../secret.ts';

/** A program of one's own that does tasks, by signed messages. */
export const WEBHOOK = connectionKind(
  [
    {
      url: text(1, 2_048, 'The address that gets the messages.'),
      secret: secret('whsec_ and 24 to 64 bytes in base64, by which messages are signed.'),
      tasks: list(
        text(1, 256),
        { min: 1, max: 256 },
        'The tasks that it does, by their keys or your own names.',
      ),
    },
    {
      paths: record(
        text(1, 1_024),
        'Paths below the address, by task: { "badge": "/badges" }. Default: the address.',
      ),
      callbackTimeoutMs: whole(
        1,
        604_800_000,
        'Tasks wait for a callback, at most so long. Default: they do not.',
      ),
      callbackUrl: text(
        1,
        2_048,
        'The address of `tenure serve` for the receiver, before /identityGovernance. Default: it gets the token only.',
      ),
      attributes: list(
        text(1, 256),
        { max: 100 },
        'What the receiver learns of a person, beside the id. Default: displayName, mail, userPrincipalName.',
      ),
      dryRun: flag('Whether the receiver answers what it would do where data.dryRun is true. Default false.'),
      headers: record(
        header(),
        'Further headers of each message: text, or { "env": "NAME" }. Default: none.',
      ),
      insecure: flag('Allows http: for hosts other than this one. Default false.'),
      timeoutMs: whole(1, 600_000, 'For a message and its answer, ms. Default 30000.'),
    },
  ],
  {
    name: 'hook',
    about: 'A program of your own that does tasks; a secret: whsec_ and `openssl rand -base64 32`',
    fields: {
      url: 'https://hooks.example.org/tenure',
      secret: { env: 'WEBHOOK_SECRET' },
      tasks: ['collectLaptop'],
    },
    isDirectory: false,
    tasks: ['collectLaptop'],
  },
  async (
    { url, secret: key, tasks, paths, callbackTimeoutMs, headers, insecure, timeoutMs, ...options },
    context,
  ) => {
    const { webhookConnection } = await import('../../connectors/webhook/webhook-connection.ts');
    const { webhookTasks } = await import('../../connectors/webhook/webhook-tasks.ts');
    const connection = webhookConnection({
      ...options,
      http: {
        baseUrl: url,
        ...(headers && { headers: context.headers(headers) }),
        ...(insecure !== undefined && { insecure }),
        ...(timeoutMs !== undefined && { timeoutMs }),
      },
      secrets: context.secret('secret', key),
    });
    const settings = tasks.map((task) => {
      const path = paths?.[task];
      return [
        task,
        {
          ...(path !== undefined && { path }),
          ...(callbackTimeoutMs !== undefined && { callbackTimeoutMs }),
        },
      ] as const;
    });
    return {
      tasks: webhookTasks(connection, Object.fromEntries(settings)),
      directory: null,
      check: (signal) => connection.check(signal),
    };
  },
);
