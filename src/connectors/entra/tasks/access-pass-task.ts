/** The Temporary Access Pass: made, put into a message, and kept nowhere. */
import { momentOrNull } from '../../../input/moments.ts';
import type { TaskContext } from '../../../ports/task-handler.ts';
import { ConnectorError } from '../../kernel/connector-error.ts';
import { connectorTask, type Make } from '../../kernel/connector-task.ts';
import type { Ensured } from '../../kernel/ensure.ts';
import { path } from '../../kernel/http-client.ts';
import type { EntraConnection } from '../entra-connection.ts';
import type { GraphObject } from '../graph-client.ts';
import { requireUserId } from '../users.ts';

/** Minutes that a pass can be used; a tenant may allow fewer. */
const LIFETIME_MIN = 10;
const LIFETIME_MAX = 43_200;

/** A message that is ready to be sent, but for the pass. */
export interface PassMail {
  /** For `changes` and previews: who is mailed, with which subject. */
  readonly change: string;
  /** What else is to be said of it, such as who has no address; `null`: nothing. */
  readonly note: string | null;
  send(secret: { readonly temporaryAccessPass: string }): Promise<void>;
}

/** Prepares the message for a pass, and sends nothing: `taskMailer(…)` of `tenure/mail` is one. */
export type PassMailer = (task: 'generateTapAndSendEmail', context: TaskContext) => Promise<PassMail>;

/** The handler that makes a pass and sends it. */
export function accessPassTask(entra: EntraConnection, mail: PassMailer) {
  return connectorTask((context, make) => generate(entra, mail, context, make));
}

/**
 * A pass is shown once, when it is made, and a person has one at most. So every call makes a new one in place of the
 * last, and a second call sends a second message: the first one's pass is void then.
 */
async function generate(
  entra: EntraConnection,
  mail: PassMailer,
  context: TaskContext,
  make: Make,
): Promise<Ensured> {
  const { signal } = context;
  const settings = settingsOf(context, entra.clock.now());
  // First: no pass is made for a message that cannot be sent.
  const message = await mail('generateTapAndSendEmail', context);
  const passes = `/users${path`/${await requireUserId(entra, context)}`}/authentication/temporaryAccessPassMethods`;
  const done = await make<readonly GraphObject[]>({
    read: () => entra.graph.all(passes, signal),
    wanted: () => ['Temporary Access Pass: made', message.change],
    write: async (present) => {
      for (const { id } of present) await remove(entra, `${passes}${path`/${id}`}`, signal);
      const made = (await entra.graph.post(passes, settings, signal)) as {
        readonly temporaryAccessPass?: unknown;
      } | null;
      await send(message, made?.temporaryAccessPass);
    },
    already: '',
  });
  return message.note === null ? done : { ...done, processingInfo: message.note };
}

async function remove(entra: EntraConnection, pass: string, signal: AbortSignal): Promise<void> {
  try {
    await entra.graph.delete(pass, signal);
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.kind !== 'missing') throw error;
  }
}

/** What the mail system says may repeat the message: the pass is taken out. */
async function send(message: PassMail, pass: unknown): Promise<void> {
  if (typeof pass !== 'string' || pass === '')
    throw new ConnectorError('refused', 'Expected Entra to show the new pass, got none', {
      code: 'AnswerUnreadable',
    });
  try {
    await message.send({ temporaryAccessPass: pass });
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const text = said.replaceAll(pass, '(pass)');
    if (!(error instanceof ConnectorError)) throw new Error(text);
    const { kind, code, retryAfterMs } = error;
    throw new ConnectorError(kind, text, { code, retryAfterMs });
  }
}

/** From the day of hire on, where that is to come; else at once. */
function settingsOf({ arguments: given, subject }: TaskContext, nowMs: number) {
  const text = given.tapLifetimeMinutes?.trim() || '60';
  const lifetimeInMinutes = Number(text);
  const isLifetime =
    /^\d+$/.test(text) && lifetimeInMinutes >= LIFETIME_MIN && lifetimeInMinutes <= LIFETIME_MAX;
  if (!isLifetime) {
    const message = `Expected tapLifetimeMinutes to be ${LIFETIME_MIN} to ${LIFETIME_MAX}, got \`${text.slice(0, 20)}\``;
    throw new ConnectorError('refused', message, { code: 'BadArgument' });
  }
  const hiredMs = momentOrNull(Object.hasOwn(subject, 'employeeHireDate') ? subject.employeeHireDate : null);
  const isToCome = hiredMs !== null && hiredMs > nowMs;
  return {
    lifetimeInMinutes,
    isUsableOnce: given.tapIsUsableOnce === 'true',
    ...(isToCome && { startDateTime: new Date(hiredMs).toISOString() }),
  };
}
