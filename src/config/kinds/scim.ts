import type { ScimOptions } from '../../connectors/scim/scim-connection.ts';
import { invalid } from '../../input/refuse.ts';
import { flag, loose, object, orFunction, record, text, whole, word } from '../../input/schema.ts';
import type { Subject } from '../../model/subject.ts';
import { connectionKind, DOES_TASKS } from '../connection-kind.ts';
import { fillFromPerson, personValue } from '../person-values.ts';
import { header, secret } from '../secret.ts';

/** Accounts, groups and people of a service that speaks SCIM 2.0. */
export const SCIM = connectionKind(
  [
    { baseUrl: text(1, 2_048, 'The address before /Users.') },
    {
      token: secret('Sent as Authorization: Bearer TOKEN; or authorization.'),
      authorization: secret('The whole Authorization header, for services with another scheme; or token.'),
      headers: record(
        header(),
        'Further headers of each request: text, or { "env": "NAME" }. Default: none.',
      ),
      insecure: flag('Allows http: for hosts other than this one. Default false.'),
      timeoutMs: whole(1, 600_000, 'For a request and its answer, ms. Default 30000.'),
      keyOf: orFunction<ScimKeyFields, NonNullable<ScimOptions['keyOf']>>(
        object({
          attribute: text(1, 256, 'The attribute in the service: userName.'),
          from: text(1, 256, 'The attribute of the person with the value: userPrincipalName.'),
        }),
        'How a person’s account is found. Default: externalId is the person’s id.',
      ),
      newUser: orFunction<Readonly<Record<string, unknown>>, NonNullable<ScimOptions['newUser']>>(
        loose(),
        'The account that enableUserAccount makes where there is none; {{user.mail}} stands for the person’s mail. Default: none is made.',
      ),
      removeMemberBy: word(
        ['filter', 'value'],
        'How a member is named that is removed. Default filter; value only for services that want it.',
      ),
      idAttribute: text(1, 256, 'As a directory: the attribute that is the person’s id. Default externalId.'),
      ...DOES_TASKS,
    },
  ],
  {
    name: 'app',
    about: 'Accounts and groups of a service that speaks SCIM 2.0.',
    fields: {
      baseUrl: 'https://app.example.com/scim/v2',
      token: { env: 'SCIM_TOKEN' },
      newUser: {
        userName: '{{user.mail}}',
        displayName: '{{user.displayName}}',
        emails: [{ type: 'work', value: '{{user.mail}}', primary: true }],
      },
    },
    isDirectory: false,
    tasks: ['disableUserAccount', 'removeUserFromAllGroups'],
  },
  async ({ baseUrl, token, authorization, headers, insecure, timeoutMs, ...options }, context) => {
    const { scimConnection } = await import('../../connectors/scim/scim-connection.ts');
    const { scimTasks } = await import('../../connectors/scim/scim-tasks.ts');
    const { scimDirectory } = await import('../../connectors/scim/scim-directory.ts');
    const { keyOf, newUser, removeMemberBy, idAttribute } = options;
    if (token !== undefined && authorization !== undefined)
      throw invalid({ path: 'authorization', value: null }, 'absent beside token', 'both');
    const bearer = token === undefined ? null : context.secret('token', token);
    const header = authorization === undefined ? null : context.secret('authorization', authorization);
    const credentials = header ?? (bearer && (async () => `Bearer ${await bearer()}`));
    const connection = scimConnection({
      http: {
        baseUrl,
        ...(credentials && { authorization: credentials }),
        ...(headers && { headers: context.headers(headers) }),
        ...(insecure !== undefined && { insecure }),
        ...(timeoutMs !== undefined && { timeoutMs }),
      },
      ...(keyOf && { keyOf: typeof keyOf === 'function' ? keyOf : keyFrom(keyOf) }),
      ...(newUser && { newUser: typeof newUser === 'function' ? newUser : newUserFrom(newUser) }),
      ...(removeMemberBy && { removeMemberBy }),
    });
    return {
      tasks: scimTasks(connection),
      directory: async () => scimDirectory(connection, idAttribute === undefined ? {} : { idAttribute }),
      check: (signal) => connection.check(signal),
    };
  },
);

/** How an account is found, in a file. */
export interface ScimKeyFields {
  readonly attribute: string;
  readonly from: string;
}

function keyFrom({ attribute, from }: ScimKeyFields): NonNullable<ScimOptions['keyOf']> {
  return (subject: Subject) => ({ attribute, value: personValue(subject, from) });
}

function newUserFrom(template: object): NonNullable<ScimOptions['newUser']> {
  return (subject: Subject) => fillFromPerson(template, subject) as Readonly<Record<string, unknown>>;
}
