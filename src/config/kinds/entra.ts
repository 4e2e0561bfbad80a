import type { EntraOptions } from '../../connectors/entra/entra-connection.ts';
import type { EntraCredential, EntraTokenSource } from '../../connectors/entra/sign-in/credentials.ts';
import { invalid } from '../../input/refuse.ts';
import { flag, list, object, opaque, orFunction, text, whole, word } from '../../input/schema.ts';
import { connectionKind, DOES_TASKS, type OpenContext } from '../connection-kind.ts';
import { personValue } from '../person-values.ts';
import { type Secret, secret } from '../secret.ts';

/** Accounts, groups, teams, licenses, access packages and people of a tenant of Entra. */
export const ENTRA = connectionKind(
  [
    {},
    {
      tenantId: text(1, 200, 'GUID of the tenant, or one of its domains; or credential.'),
      clientId: text(1, 200, 'Id of the registered application; or credential.'),
      clientSecret: secret('How the application signs in; or certificate, or credential.'),
      certificate: object(
        {
          file: text(1, 4_096, 'The certificate, PEM.'),
          key: text(1, 4_096, 'Its private key, PEM, a file that others cannot read.'),
        },
        {},
        'Files, relative to the folder of this file; or clientSecret.',
      ),
      credential: opaque<EntraTokenSource>(
        'an object with a function `getToken`',
        (value) => typeof (value as EntraTokenSource | null)?.getToken === 'function',
        'What gets tokens by itself: of @azure/identity; or clientSecret or certificate.',
      ),
      graphUrl: text(1, 2_048, 'Of national clouds. Default https://graph.microsoft.com.'),
      authorityUrl: text(1, 2_048, 'Of national clouds. Default https://login.microsoftonline.com.'),
      userOf: orFunction<string, NonNullable<EntraOptions['userOf']>>(
        text(1, 256),
        'The attribute with the object id or user principal name. Default: the person’s id.',
      ),
      insecure: flag('Allows http: for hosts other than this one. Default false.'),
      timeoutMs: whole(1, 600_000, 'For a request and its answer, ms. Default 30000.'),
      inheritedLicenses: word(
        ['fail', 'leave'],
        'What removing licenses does about those that groups give. Default fail.',
      ),
      mailbox: text(
        1,
        320,
        'Sends the messages of tasks from this mailbox. Default: another connection does.',
      ),
      attributes: list(text(1, 128), { max: 100 }, 'Further properties of people to read. Default: none.'),
      transitiveMembers: flag('Whether members of a group include those of groups in it. Default false.'),
      ...DOES_TASKS,
    },
  ],
  {
    name: 'entra',
    about: 'A tenant of Microsoft Entra: accounts, groups, teams, licenses, access packages',
    fields: {
      tenantId: 'example.onmicrosoft.com',
      clientId: '00000000-0000-0000-0000-000000000000',
      clientSecret: { env: 'ENTRA_SECRET' },
    },
    isDirectory: true,
    tasks: ['disableUserAccount', 'removeUserFromAllGroups'],
  },
  async (fields, context) => {
    const { entraConnection } = await import('../../connectors/entra/entra-connection.ts');
    const { entraTasks } = await import('../../connectors/entra/entra-tasks.ts');
    const { entraDirectory } = await import('../../connectors/entra/entra-directory.ts');
    const { clientSecret, certificate, credential, userOf, inheritedLicenses, mailbox, ...others } = fields;
    const { attributes, transitiveMembers, tasks: _, ...options } = others;
    const connection = entraConnection({
      ...options,
      credential: await credentialOf({ clientSecret, certificate, credential }, context),
      ...(userOf && {
        userOf: typeof userOf === 'function' ? userOf : (subject) => personValue(subject, userOf),
      }),
    });
    const mail = mailbox === undefined ? null : await mailFrom(mailbox);
    const mailer = mail?.mailer ?? context.mailer;
    return {
      tasks: {
        ...entraTasks(connection, {
          ...(mailer && { mail: mailer }),
          ...(inheritedLicenses && { inheritedLicenses }),
        }),
        ...mail?.tasks,
      },
      directory: async () =>
        entraDirectory(connection, {
          ...(attributes && { attributes }),
          ...(transitiveMembers !== undefined && { transitiveMembers }),
        }),
      check: (signal) => connection.check(signal),
    };

    async function mailFrom(from: string) {
      const { entraMailSender } = await import('../../connectors/entra/entra-mail.ts');
      const { mailTasks } = await import('../../connectors/mail/mail-tasks.ts');
      const { taskMailer } = await import('../../connectors/mail/task-mailer.ts');
      const sender = entraMailSender(connection, { from });
      const people = { directory: context.people };
      return { tasks: mailTasks(sender, people), mailer: taskMailer(sender, people) };
    }
  },
);

interface Credentials {
  readonly clientSecret: Secret | undefined;
  readonly certificate: { readonly file: string; readonly key: string } | undefined;
  readonly credential: EntraTokenSource | undefined;
}

async function credentialOf(given: Credentials, context: OpenContext): Promise<EntraCredential> {
  const { clientSecret, certificate, credential } = given;
  const names = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (names.length !== 1)
    throw invalid(
      { path: '', value: null, name: 'the connection' },
      'one with clientSecret, certificate or credential',
      names.length === 0 ? 'none of them' : names.join(' and '),
    );
  if (credential) return credential;
  if (certificate === undefined) return { clientSecret: context.secret('clientSecret', clientSecret) };
  const { file, key } = certificate;
  return {
    certificate: {
      certificate: await context.text('certificate.file', file),
      privateKey: await context.text('certificate.key', key),
    },
  };
}
