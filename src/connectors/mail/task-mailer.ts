import { readFunction } from '../../input/fields.ts';
import { optional, readOptions, type ShapeOf, withDefault } from '../../input/options.ts';
import { invalid, type Place } from '../../input/refuse.ts';
import type { Subject } from '../../model/subject.ts';
import type { Directory } from '../../ports/directory.ts';
import type { TaskContext } from '../../ports/task-handler.ts';
import { ConnectorError } from '../kernel/connector-error.ts';
import { argumentsOf, RECIPIENTS_MAX } from './mail-arguments.ts';
import type { MailAddress, MailMessage, MailSender } from './mail-message.ts';
import {
  type Audience,
  type MailPeople,
  managerOf,
  type PersonReference,
  type Recipients,
  recipientsOf,
} from './mail-people.ts';
import { ACCESS_PASS, htmlDocument, htmlOf, renderBody, renderSubject } from './mail-template.ts';
import type { MailTextKey, MailTexts } from './mail-text.ts';
import { findText, languageOf, readTexts } from './mail-texts.ts';
import { valuesOf } from './mail-values.ts';

/** Options of {@link taskMailer} and of `mailTasks`. */
export interface MailTasksOptions {
  /**
   * Where people are found who are known by their id: managers, sponsors, and those in the arguments `to` and `cc`.
   * Default: nowhere, so that `manager` of a person has to have `mail`, and `to` and `cc` have to be addresses.
   */
  readonly directory?: Pick<Directory, 'get'>;
  /** The manager of a person: their attributes or their id. Default: the attribute `manager`, or `managerId`. */
  readonly managerOf?: MailPeople['managerOf'];
  /** The sponsors of a person. Default: the attribute `sponsors`, attributes or ids of people. */
  readonly sponsorsOf?: MailPeople['sponsorsOf'];
  /** Those who sponsor the same guests or agents as a person. Default: the attribute `cosponsors`. */
  readonly cosponsorsOf?: MailPeople['cosponsorsOf'];
  /** The address of a person. Default: the attribute `mail`. */
  readonly addressOf?: MailPeople['addressOf'];
  /**
   * Texts by language and task, in place of those that the package has in English, German, French and Spanish. A
   * text has the names that Entra has, and `{{user.<property>}}`; another name is refused. Default: none.
   */
  readonly texts?: Readonly<Record<string, Partial<MailTexts>>>;
  /** Language for people whose `preferredLanguage` is not known, or has no texts. Default `en`. */
  readonly locale?: string;
  /** Makes the document of a message: `html` is its paragraphs, escaped. Default: a plain page. */
  readonly layout?: (content: { readonly html: string; readonly language: string }) => string;
}

/** A message that is ready to be sent. */
export interface TaskMail {
  /** For `changes`, and for previews: who is mailed with which subject. */
  readonly change: string;
  /** Who cannot be mailed; `null`: all can. */
  readonly note: string | null;
  /**
   * Sends it. The pass stands in the body alone, and is not kept.
   *
   * @throws ConnectorError.
   */
  send(secret?: { readonly temporaryAccessPass: string }): Promise<void>;
}

/**
 * Prepares the message of a task of the catalogue for a person; sends nothing. For connectors whose tasks send a message with
 * other work: `generateTapAndSendEmail` prepares it first, so that no pass is made for a message that cannot be sent.
 *
 * @throws ConnectorError `refused`: an argument is wrong, or none of the recipients has an address.
 */
export type TaskMailer = (
  task: MailTextKey,
  context: Pick<
    TaskContext,
    'subject' | 'arguments' | 'signal' | 'idempotencyKey' | 'attempt' | 'interruptions'
  >,
) => Promise<TaskMail>;

const OPTIONS = {
  directory: optional(readFinder),
  managerOf: withDefault(
    readFunction<MailPeople['managerOf']>,
    ({ manager, managerId }: Subject) => referencesIn(manager ?? managerId)[0] ?? null,
  ),
  sponsorsOf: withDefault(readFunction<MailPeople['sponsorsOf']>, ({ sponsors }: Subject) =>
    referencesIn(sponsors),
  ),
  cosponsorsOf: withDefault(readFunction<MailPeople['cosponsorsOf']>, ({ cosponsors }: Subject) =>
    referencesIn(cosponsors),
  ),
  addressOf: withDefault(readFunction<MailPeople['addressOf']>, ({ mail }: Subject) =>
    typeof mail === 'string' ? mail.trim() : null,
  ),
  texts: withDefault(readTexts, {}),
  locale: withDefault(readLocale, 'en'),
  layout: withDefault(readFunction<NonNullable<MailTasksOptions['layout']>>, htmlDocument),
} satisfies ShapeOf<MailTasksOptions>;

/** Who gets the message of each task, unless its argument `to` says otherwise. */
const AUDIENCE: Readonly<Record<MailTextKey, Audience>> = {
  sendWelcomeEmail: 'user',
  sendOnboardingReminderEmail: 'manager',
  generateTapAndSendEmail: 'manager',
  sendMoveNotificationEmail: 'manager',
  emailManagerAboutSponsorshipChanges: 'manager',
  emailCosponsorsAboutSponsorChanges: 'cosponsors',
  sendEmailBeforeLastDay: 'manager',
  sendEmailOnLastDay: 'manager',
  sendEmailAfterLastDay: 'manager',
  sendInactivityEmail: 'user',
  sendGuestRemovalEmail: 'user',
};
/** Addresses that a change names, at most. */
const NAMED_MAX = 3;

/**
 * Prepares the messages of tasks, with their texts.
 *
 * @throws LifecycleError `InvalidArgument`.
 */
export function taskMailer(sender: MailSender, options?: MailTasksOptions): TaskMailer {
  const { texts, locale, layout, directory, ...roles } = readOptions(options, 'mailTasks', OPTIONS);
  const people: MailPeople = { ...roles, directory: directory ?? null };
  return async (task, context) => {
    const { subject, signal } = context;
    const given = argumentsOf(task, context.arguments);
    const audience = given.to ?? AUDIENCE[task];
    const to = await recipientsOf(people, audience, subject, signal);
    const cc = given.cc.length > 0 ? await copiesFor(people, given.cc, to, context) : NO_COPIES;
    if (to.addresses.length + cc.addresses.length > RECIPIENTS_MAX)
      throw refused(`Expected at most ${RECIPIENTS_MAX} recipients, got more`, 'TooManyRecipients');
    const spoken = [to.first?.preferredLanguage, subject.preferredLanguage].map(languageOf);
    const { text, language } = findText(task, [given.language, ...spoken, locale], texts);
    const subjectText = given.customSubject ?? text.subject;
    const bodyText = given.customBody ?? text.body;
    const manager = await managerFor(audience, to, `${subjectText}${bodyText}`, () =>
      managerOf(people, subject, signal),
    );
    const lookUp = valuesOf({ subject, manager, language, accessPass: null });
    const line = renderSubject(subjectText, lookUp);
    const missing = [...to.missing, ...cc.missing];
    return {
      change: `mail to ${namesOf(to.addresses)}${cc.addresses.length > 0 ? `, cc ${namesOf(cc.addresses)}` : ''}: ${line}`,
      note: missing.length > 0 ? `Without an e-mail address: ${missing.slice(0, 5).join(', ')}` : null,
      send: async (secret) => {
        const accessPass = secret?.[ACCESS_PASS] ?? null;
        const body = renderBody(bodyText, valuesOf({ subject, manager, language, accessPass }));
        if (body === null) throw refused('Expected a shorter body of the message', 'BadArgument');
        const message: MailMessage = {
          key: keyOf(context, accessPass !== null),
          to: to.addresses,
          cc: cc.addresses,
          subject: line,
          text: body,
          html: layout({ html: htmlOf(body), language }),
          language,
        };
        await send(sender, message, context);
      },
    };
  };
}

/** The manager, for texts that name them; they are not looked up for others. */
async function managerFor(
  audience: Audience,
  to: Recipients,
  texts: string,
  find: () => Promise<Subject | null>,
): Promise<Subject | null> {
  if (audience === 'manager') return to.first;
  return /\{\{\s*manager/.test(texts) ? find() : null;
}

const NO_COPIES = { addresses: [] as readonly MailAddress[], missing: [] as readonly string[] };

/**
 * Copies for those who do not get the message anyway. They are a courtesy: that none of them has an address does not keep the
 * message back.
 */
async function copiesFor(
  people: MailPeople,
  ids: readonly string[],
  to: Recipients,
  { subject, signal }: Pick<TaskContext, 'subject' | 'signal'>,
): Promise<typeof NO_COPIES> {
  try {
    const { addresses, missing } = await recipientsOf(people, ids, subject, signal);
    const reached = new Set(to.addresses.map(({ address }) => address.toLowerCase()));
    return { addresses: addresses.filter(({ address }) => !reached.has(address.toLowerCase())), missing };
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.code !== 'AddressMissing') throw error;
    return { addresses: [], missing: ids.map((id) => `the recipient ${id}`) };
  }
}

async function send(
  sender: MailSender,
  message: MailMessage,
  { interruptions, signal }: Pick<TaskContext, 'interruptions' | 'signal'>,
): Promise<void> {
  if (interruptions > 0 && sender.uncertain === 'fail')
    throw refused('The process ended while the task ran: the message may have been sent', 'MailUncertain');
  await sender.send(message, signal);
}

/** A message with a new pass is another message, which receivers must not take for a repeat. */
function keyOf(
  { idempotencyKey, attempt, interruptions }: Parameters<TaskMailer>[1],
  isNewEachTime: boolean,
): string {
  return isNewEachTime ? `${idempotencyKey}-${interruptions}-${attempt}` : idempotencyKey;
}

function namesOf(addresses: readonly MailAddress[]): string {
  const names = addresses.slice(0, NAMED_MAX).map(({ address }) => address);
  const rest = addresses.length - names.length;
  return `${names.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** People in an attribute: a person or an id, or a list of them. */
function referencesIn(value: unknown): readonly PersonReference[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((one): one is PersonReference => {
    if (typeof one === 'string') return one.trim() !== '';
    return typeof one === 'object' && one !== null && 'id' in one && typeof one.id === 'string';
  });
}

function readFinder(place: Place): Pick<Directory, 'get'> {
  const { value } = place;
  if (typeof value === 'object' && value !== null && 'get' in value && typeof value.get === 'function')
    return value as Pick<Directory, 'get'>;
  throw invalid(place, 'a directory: an object with get');
}

function readLocale(place: Place): string {
  const language = languageOf(place.value);
  if (language !== null) return language;
  throw invalid(place, 'a language such as de or en-us');
}

function refused(message: string, code: string): ConnectorError {
  return new ConnectorError('refused', message, { code });
}
