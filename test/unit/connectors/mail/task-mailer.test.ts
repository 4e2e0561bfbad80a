import { describe, expect, it } from 'vitest';
import type { MailMessage, MailSender } from '../../../../src/connectors/mail/mail-message.ts';
import type { MailTextKey } from '../../../../src/connectors/mail/mail-text.ts';
import { type MailTasksOptions, taskMailer } from '../../../../src/connectors/mail/task-mailer.ts';
import { arrayDirectory } from '../../../../src/directory/array-directory.ts';
import type { Subject } from '../../../../src/model/subject.ts';

const ADA: Subject = {
  id: 'ada',
  displayName: 'Ada',
  mail: 'ada@example.org',
  manager: 'bob',
  sponsors: ['cleo', { id: 'dan', mail: 'dan@example.org' }],
  cosponsors: [{ id: 'eve', mail: 'eve@example.org' }, { id: 'fay' }],
  employeeLeaveDateTime: '2026-05-02T15:00:00Z',
};
const directory = arrayDirectory([
  ADA,
  { id: 'bob', displayName: 'Bob "B" <x>', mail: 'bob@example.org', preferredLanguage: 'fr' },
  { id: 'cleo', mail: 'cleo@example.org' },
  { id: 'gil' },
]);

interface Given extends Omit<MailTasksOptions, 'directory'> {
  /** Default: with Ada's manager and sponsors; `undefined`: none. */
  readonly directory?: MailTasksOptions['directory'] | undefined;
  readonly subject?: Subject;
  readonly arguments?: Readonly<Record<string, string>>;
  readonly interruptions?: number;
  readonly attempt?: number;
  readonly uncertain?: MailSender['uncertain'];
}

async function prepare(task: MailTextKey, given: Given = {}) {
  const {
    subject = ADA,
    arguments: args = {},
    interruptions = 0,
    attempt = 1,
    uncertain = 'send',
    ...options
  } = given;
  const sent: MailMessage[] = [];
  const sender: MailSender = { uncertain, send: async (message) => void sent.push(message) };
  const mailer = taskMailer(sender, { directory, ...options } as MailTasksOptions);
  const { signal } = new AbortController();
  const context = { subject, arguments: args, signal, idempotencyKey: 'key', attempt, interruptions };
  return { sent, mail: await mailer(task, context) };
}

async function send(task: MailTextKey, given: Given = {}) {
  const { sent, mail } = await prepare(task, given);
  await mail.send();
  return { ...mail, message: sent[0] as MailMessage, count: sent.length };
}

const addresses = (list: readonly { readonly address: string }[]) => list.map(({ address }) => address);

describe('the message of a task', () => {
  it.each([
    ['sendWelcomeEmail', ['ada@example.org']],
    ['sendOnboardingReminderEmail', ['bob@example.org']],
    ['generateTapAndSendEmail', ['bob@example.org']],
    ['sendMoveNotificationEmail', ['bob@example.org']],
    ['emailManagerAboutSponsorshipChanges', ['bob@example.org']],
    ['emailCosponsorsAboutSponsorChanges', ['eve@example.org']],
    ['sendEmailBeforeLastDay', ['bob@example.org']],
    ['sendEmailOnLastDay', ['bob@example.org']],
    ['sendEmailAfterLastDay', ['bob@example.org']],
    ['sendInactivityEmail', ['ada@example.org']],
    ['sendGuestRemovalEmail', ['ada@example.org']],
  ] as const)('%s is for %j', async (task, to) => {
    expect(addresses((await send(task)).message.to)).toEqual(to);
  });

  it('is for those that the argument names', async () => {
    const to = async (value: string) =>
      addresses((await send('sendWelcomeEmail', { arguments: { to: value } })).message.to);
    expect(await to('Manager')).toEqual(['bob@example.org']);
    expect(await to('Sponsors')).toEqual(['cleo@example.org', 'dan@example.org']);
    expect(await to('bob, cleo, BOB@example.org')).toEqual(['BOB@example.org', 'cleo@example.org']);
  });

  it('says who gets it and who cannot be mailed, and has the text', async () => {
    const { change, note, message } = await send('sendEmailBeforeLastDay', {
      arguments: { cc: 'cleo,gil,zoe' },
    });
    expect(change).toBe('mail to bob@example.org, cc cleo@example.org: Le dernier jour de Ada approche');
    expect(note).toBe('Without an e-mail address: the recipient gil, the recipient zoe');
    expect(message.to).toEqual([{ address: 'bob@example.org', name: 'Bob B x' }]);
    expect(message.text).toContain('Dernier jour : 2 mai 2026.');
    expect(message.html).toContain('Bonjour Bob &quot;B&quot; &lt;x&gt;,');
    expect(message).toMatchObject({ key: 'key', language: 'fr' });
  });

  it('has no copy for those who get it anyway', async () => {
    const { message } = await send('sendWelcomeEmail', { arguments: { cc: 'ADA@example.org,bob' } });
    expect(addresses(message.cc)).toEqual(['bob@example.org']);
  });

  it('names the manager, who is looked up only when they are named or get it', async () => {
    let lookUps = 0;
    const managerOf = () => {
      lookUps += 1;
      return { id: 'hal', displayName: 'Hal', mail: 'hal@example.org' };
    };
    await send('sendWelcomeEmail', { managerOf });
    expect(lookUps).toBe(0);
    const customBody = 'Ask {{managerDisplayName}} ({{managerEmail}})';
    const { message } = await send('sendWelcomeEmail', { managerOf, arguments: { customBody } });
    expect([message.text, lookUps]).toEqual(['Ask Hal (hal@example.org)', 1]);
    await send('sendMoveNotificationEmail', { managerOf });
    expect(lookUps).toBe(2);
  });

  it('has copies only for those who have an address', async () => {
    const { note, message } = await send('sendWelcomeEmail', { arguments: { cc: 'gil' } });
    expect([note, message.cc]).toEqual(['Without an e-mail address: the recipient gil', []]);
  });

  it.each([
    [{ arguments: { locale: 'de' } }, 'Willkommen, Ada'],
    [{ subject: { ...ADA, preferredLanguage: 'es-MX' } }, 'Te damos la bienvenida, Ada'],
    [{ locale: 'de-CH' }, 'Willkommen, Ada'],
    [{}, 'Welcome, Ada'],
    [{ arguments: { customSubject: 'Hi {{user.id}}' } }, 'Hi ada'],
    [{ texts: { en: { sendWelcomeEmail: { subject: 'Own', body: 'Own' } } } }, 'Own'],
  ])('is in the language of %j: %s', async (given, subject) => {
    expect((await send('sendWelcomeEmail', given)).message.subject).toBe(subject);
  });

  it('is in the person’s language, when that of the manager is not known', async () => {
    const subject = { ...ADA, preferredLanguage: 'de', manager: { id: 'x', mail: 'x@example.org' } };
    expect((await send('sendMoveNotificationEmail', { subject })).message.language).toBe('de');
  });

  it('has the host’s page around its paragraphs', async () => {
    const layout = ({ html, language }: { html: string; language: string }) => `[${language} ${html}]`;
    const given = { layout, arguments: { customBody: '<b>\n\nc' } };
    expect((await send('sendWelcomeEmail', given)).message.html).toBe('[en <p>&lt;b&gt;</p>\n<p>c</p>]');
  });

  it('goes to the address that the host gives', async () => {
    const addressOf = ({ id }: Subject) => `${id}@home.example`;
    expect(addresses((await send('sendWelcomeEmail', { addressOf })).message.to)).toEqual([
      'ada@home.example',
    ]);
  });
});

describe('a message that cannot be sent', () => {
  it.each([
    ['sendWelcomeEmail', { subject: { id: 'x' } }, 'Expected the person to have an e-mail address, got none'],
    [
      'sendWelcomeEmail',
      { subject: { id: 'x', mail: 'a@b\r\nBcc: c@d' } },
      'Expected the person to have an e-mail address, got none',
    ],
    [
      'sendMoveNotificationEmail',
      { subject: { id: 'x' } },
      'The person has no manager to send the message to',
    ],
    [
      'sendMoveNotificationEmail',
      { subject: { id: 'x', managerId: 'gil' } },
      'Expected the manager to have an e-mail address, got none',
    ],
    [
      'sendMoveNotificationEmail',
      { subject: { id: 'x', manager: 'unknown' } },
      'Expected the manager to have an e-mail address, got none',
    ],
    [
      'emailCosponsorsAboutSponsorChanges',
      { subject: { id: 'x' } },
      'The person has no co-sponsors to send the message to',
    ],
    [
      'sendWelcomeEmail',
      { subject: { id: 'x', sponsors: ['gil'] }, arguments: { to: 'Sponsors' } },
      'Expected the sponsor gil to have an e-mail address, got none',
    ],
  ] as const)('%s for %j is refused before anything is done', async (task, given, message) => {
    await expect(prepare(task, given)).rejects.toMatchObject({
      kind: 'refused',
      code: 'AddressMissing',
      message,
    });
  });

  it('is for people who are known by their id, without a directory to find them in', async () => {
    await expect(prepare('sendMoveNotificationEmail', { directory: undefined })).rejects.toThrow(
      'Expected the manager to have an e-mail address, got none; people who are known by their id need the option directory',
    );
  });

  it('has more recipients than a message may have', async () => {
    const people = (count: number) => Array.from({ length: count }, (_, at) => `p${at}@example.org`);
    const given = { sponsorsOf: () => people(101), arguments: { to: 'Sponsors' } };
    await expect(prepare('sendWelcomeEmail', given)).rejects.toMatchObject({ code: 'TooManyRecipients' });
  });

  it('has a body that is too long with its values', async () => {
    const customBody = '{{user.id}}'.repeat(1_000);
    const given = { subject: { ...ADA, id: 'x'.repeat(999) }, arguments: { customBody } };
    await expect(send('sendWelcomeEmail', given)).rejects.toMatchObject({ code: 'BadArgument' });
  });

  it('may have been sent by a process that ended, and is not to be sent twice', async () => {
    await expect(send('sendWelcomeEmail', { interruptions: 1, uncertain: 'fail' })).rejects.toMatchObject({
      kind: 'refused',
      code: 'MailUncertain',
      message: 'The process ended while the task ran: the message may have been sent',
    });
    expect((await send('sendWelcomeEmail', { interruptions: 1 })).count).toBe(1);
  });
});

describe('an access pass', () => {
  it('stands in the body alone, and makes another message each time', async () => {
    const { sent, mail } = await prepare('generateTapAndSendEmail', { interruptions: 2, attempt: 3 });
    await mail.send({ temporaryAccessPass: 'TAP-123' });
    const [message] = sent as [MailMessage];
    expect(message.text).toContain('TAP-123');
    expect(message.html).toContain('TAP-123');
    expect(JSON.stringify({ ...message, text: '', html: '', mail })).not.toContain('TAP-123');
    expect(message.key).toBe('key-2-3');
  });
});

it.each([
  [{ directory: {} }, 'Expected directory to be a directory: an object with get, got an object'],
  [{ locale: 'x' }, 'Expected locale to be a language such as de or en-us, got `"x"`'],
  [{ layout: 'x' }, 'Expected layout to be a function, got `"x"`'],
  [{ language: 'de' }, 'Expected the options of mailTasks to have only'],
])('refuses the options %j', (options, message) => {
  const sender: MailSender = { uncertain: 'send', send: async () => {} };
  expect(() => taskMailer(sender, options as MailTasksOptions)).toThrow(message);
});
