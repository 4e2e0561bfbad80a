import type { MailSecret } from '../../connectors/mail/mail-options.ts';
import type { MailTasksOptions } from '../../connectors/mail/task-mailer.ts';
import { code, loose, object, orFunction, text, whole, word } from '../../input/schema.ts';
import type { Subject } from '../../model/subject.ts';
import { connectionKind, DOES_TASKS } from '../connection-kind.ts';
import { personValue } from '../person-values.ts';
import { type Secret, secret } from '../secret.ts';

/** Messages over SMTP. */
export const MAIL = connectionKind(
  [
    {
      host: text(1, 253, 'The mail server.'),
      from: text(1, 320, 'people@example.org, or People team <people@example.org>.'),
    },
    {
      port: whole(1, 65_535, 'Default 587, or 465 with tls implicit.'),
      tls: word(
        ['starttls', 'implicit', 'none'],
        'none: everything can be read on the way. Default starttls, or implicit on port 465.',
      ),
      caFile: text(
        1,
        4_096,
        'A file with the certificate that the server’s comes from, PEM. Default: those that Node trusts.',
      ),
      auth: object(
        { user: text(1, 320) },
        {
          pass: secret('A password; or accessToken.'),
          accessToken: secret('A token of OAuth 2.0; or pass.'),
        },
        'Default: the server takes messages without it.',
      ),
      replyTo: text(1, 320, 'Where answers go. Default: to from.'),
      connections: whole(1, 50, 'Messages at once. Default 5.'),
      timeoutMs: whole(100, 600_000, 'For one message, ms. Default 60000.'),
      uncertain: word(
        ['send', 'fail'],
        'When it is not known whether a message was taken: send it again, or fail. Default send.',
      ),
      addressOf: orFunction<string, NonNullable<MailTasksOptions['addressOf']>>(
        text(1, 256),
        'The attribute with a person’s address. Default mail.',
      ),
      locale: text(2, 35, 'Language for people whose own is not known. Default en.'),
      texts: loose<NonNullable<MailTasksOptions['texts']>>(
        'Texts by language and task, in place of the package’s. Default: none.',
      ),
      managerOf: code<NonNullable<MailTasksOptions['managerOf']>>('Default: the attribute manager.'),
      sponsorsOf: code<NonNullable<MailTasksOptions['sponsorsOf']>>('Default: the attribute sponsors.'),
      cosponsorsOf: code<NonNullable<MailTasksOptions['cosponsorsOf']>>('Default: the attribute cosponsors.'),
      layout: code<NonNullable<MailTasksOptions['layout']>>(
        'Makes the page of a message. Default: a plain one.',
      ),
      ...DOES_TASKS,
    },
  ],
  {
    name: 'mail',
    about: 'Messages over SMTP; needs: npm install nodemailer',
    fields: {
      host: 'smtp.example.org',
      auth: { user: 'tenure', pass: { env: 'SMTP_PASS' } },
      from: 'People team <people@example.org>',
    },
    isDirectory: false,
    tasks: ['sendEmailOnLastDay'],
  },
  async (
    { auth, addressOf, locale, texts, managerOf, sponsorsOf, cosponsorsOf, layout, ...fields },
    context,
  ) => {
    const { mailConnection } = await import('../../connectors/mail/mail-connection.ts');
    const { mailTasks } = await import('../../connectors/mail/mail-tasks.ts');
    const { taskMailer } = await import('../../connectors/mail/task-mailer.ts');
    const { tasks: _, caFile, ...options } = fields;
    const read = (field: string, value: Secret | undefined): MailSecret | null =>
      value === undefined ? null : context.secret(`auth.${field}`, value);
    const pass = read('pass', auth?.pass);
    const accessToken = read('accessToken', auth?.accessToken);
    const connection = mailConnection({
      ...options,
      ...(caFile && { ca: await context.text('caFile', caFile) }),
      ...(auth && { auth: { user: auth.user, ...(pass && { pass }), ...(accessToken && { accessToken }) } }),
    });
    const people = {
      directory: context.people,
      ...(addressOf && { addressOf: typeof addressOf === 'function' ? addressOf : attribute(addressOf) }),
      ...(locale && { locale }),
      ...(texts && { texts }),
      ...(managerOf && { managerOf }),
      ...(sponsorsOf && { sponsorsOf }),
      ...(cosponsorsOf && { cosponsorsOf }),
      ...(layout && { layout }),
    };
    return {
      tasks: mailTasks(connection, people),
      directory: null,
      mailer: taskMailer(connection, people),
      check: (signal) => connection.check(signal),
      close: () => connection.close(),
    };
  },
);

function attribute(name: string): NonNullable<MailTasksOptions['addressOf']> {
  return (person) => personValue(person as Subject, name);
}
