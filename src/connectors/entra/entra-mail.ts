import { readLine, readWord } from '../../input/fields.ts';
import { readOptions, type ShapeOf, withDefault } from '../../input/options.ts';
import type { Subject } from '../../model/subject.ts';
import { ConnectorError } from '../kernel/connector-error.ts';
import { path } from '../kernel/http-client.ts';
import type { MailAddress, MailSender } from '../mail/mail-message.ts';
import type { EntraConnection } from './entra-connection.ts';
import { query } from './graph-client.ts';
import { userPath } from './users.ts';

/** Options of {@link entraMailSender}. */
export interface EntraMailOptions {
  /** Mailbox that sends: user principal name or object id. */
  readonly from: string;
  /**
   * What is done when Graph has not said whether it sent a message: send it again, or fail. Default `send`: rather twice
   * than never.
   */
  readonly uncertain?: MailSender['uncertain'];
}

const OPTIONS = {
  from: (place) => readLine(place, 320),
  uncertain: withDefault((place) => readWord(place, ['send', 'fail'] as const), 'send'),
} satisfies ShapeOf<EntraMailOptions>;

/**
 * Sends the messages of `mailTasks(…)` and `taskMailer(…)` of `tenure/mail` from a mailbox of the tenant, instead of over
 * SMTP. The application needs `Mail.Send`.
 *
 * @throws LifecycleError `InvalidArgument`.
 */
export function entraMailSender(entra: EntraConnection, options: EntraMailOptions): MailSender {
  const { from, uncertain } = readOptions(options, 'entraMailSender', OPTIONS);
  const target = `/users${path`/${from}`}/sendMail`;
  return {
    uncertain,
    async send({ key, to, cc, subject, html }, signal) {
      const message = {
        subject,
        body: { contentType: 'HTML', content: html },
        toRecipients: to.map(recipient),
        ccRecipients: cc.map(recipient),
        // Graph makes the Message-ID; a repeat can be recognized by this.
        internetMessageHeaders: [{ name: 'x-message-key', value: key }],
      };
      try {
        await entra.graph.post(target, { message, saveToSentItems: false }, signal);
      } catch (error) {
        if (!(error instanceof ConnectorError) || error.kind !== 'unknown' || uncertain === 'send')
          throw error;
        const text = `It is not known whether the message was sent: ${error.message}`;
        throw new ConnectorError('refused', text, { code: 'MailUncertain', cause: error });
      }
    },
  };
}

/**
 * Finds the sponsors of people, for messages to `Sponsors`: the option `sponsorsOf` of `mailTasks(…)` and `taskMailer(…)`.
 * Groups that are sponsors are among them.
 */
export function entraSponsors(
  entra: EntraConnection,
): (subject: Subject, signal: AbortSignal) => Promise<readonly Subject[]> {
  return async (subject, signal) => {
    const list = `${userPath(entra, subject)}/sponsors${query({ select: 'id,displayName,mail' })}`;
    const found: Subject[] = [];
    for (const { id, displayName, mail } of await entra.graph.all(list, signal))
      found.push({ id, displayName, mail });
    return found;
  };
}

function recipient({ address, name }: MailAddress) {
  return { emailAddress: { address, ...(name !== undefined && { name }) } };
}
