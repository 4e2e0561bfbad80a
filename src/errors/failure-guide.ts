/** What people do about a failed task, by its code. */
export interface FailureGuide {
  readonly meaning: string;
  readonly remedy: string;
  /** Who gives it. */
  readonly by: string;
}

/**
 * Codes of failed tasks that tenure and its connections give; handlers give others. One that ends in `…` is a family: `Http404`.
 * Tasks are done again by `runs.reprocess`.
 */
export const FAILURE_GUIDE: Readonly<Record<string, FailureGuide>> = {
  HandlerFailed: {
    meaning: 'The handler threw an error without a code, a status or a class of its own.',
    remedy: 'Read the reason. Throw `permanent(reason, { code })`, so that failures differ by code.',
    by: 'the engine',
  },
  TimedOut: {
    meaning: 'The handler did not settle within its `timeoutMs`, in any of its attempts.',
    remedy:
      'Find what it waits for. Let it honour `signal`; a service that needs longer gets a longer `timeoutMs`.',
    by: 'the engine',
  },
  Interrupted: {
    meaning:
      'The process ended while the task ran, more often than `interruptionsMax` allows: the task may be what ends it.',
    remedy:
      'Look at why processes ended (memory, kills, crashes). The effect may be there; handlers have to be idempotent.',
    by: 'the engine',
  },
  Throttled: {
    meaning: 'The handler asked for later attempts (`retryAfter`) until the waits came to more than an hour.',
    remedy: 'Set a `rate` that the service takes, then reprocess.',
    by: 'the engine',
  },
  InvalidResult: {
    meaning: 'The handler returned something that is no result: `changes` that are no texts, for example.',
    remedy: 'Return nothing, or `{ processingInfo, changes }` within their limits.',
    by: 'the engine',
  },
  CallbackFailed: {
    meaning: 'The system that a task waited for, or a custom task extension, answered that it failed.',
    remedy: 'Look there; the reason has what it said.',
    by: 'the engine',
  },
  CallbackTimedOut: {
    meaning: 'No callback came until the deadline of the task.',
    remedy: 'Check that the system can reach the callback URL and sends the token; give a longer time-out.',
    by: 'the engine',
  },
  'Http…': {
    meaning: 'A service answered with this HTTP status, or the error of a handler has it.',
    remedy:
      '400, 422: correct the attributes. 401, 403: credentials and rights. 404: the object is gone. 429: a lower `rate`. 5xx: try again later.',
    by: 'SCIM, Entra, webhooks, handlers',
  },
  'Smtp…': {
    meaning: 'The mail server refused the message with this reply code.',
    remedy:
      '421, 450–452: later. 530, 535: user and password. 550–554: the address, or the right to send as this sender.',
    by: 'mail',
  },
  'Ldap…': {
    meaning: 'The LDAP server answered with this result: `LdapBusy`, `LdapInsufficientAccessRights`.',
    remedy: 'The reason has what it said and, of common results, what to do.',
    by: 'LDAP',
  },
  'E…': {
    meaning:
      'The network or the operating system refused: `ECONNREFUSED`, `ENOTFOUND`, `ECONNRESET`, `EACCES`.',
    remedy: 'Check the name and port of the host, and that it can be reached from this machine.',
    by: 'connections, handlers',
  },
  AccountMissing: {
    meaning: 'The person has no account in the system, and the task makes none.',
    remedy:
      'Let a task before create it (`enableUserAccount`), or set by which attribute accounts are found.',
    by: 'SCIM, LDAP, Entra',
  },
  AddressMissing: {
    meaning: 'A recipient of the message has no e-mail address.',
    remedy: 'Give the person, or the manager, a `mail`.',
    by: 'mail',
  },
  AmbiguousAccount: {
    meaning: 'Several accounts have the value by which one was looked for.',
    remedy: 'Find accounts by an attribute that is unique: `keyOf`.',
    by: 'SCIM',
  },
  AnswerTooLong: {
    meaning: 'The answer of the system was longer than is read.',
    remedy: 'Look at what it sends: a page of an error, or an account with very many values.',
    by: 'SCIM, LDAP, Entra, webhooks',
  },
  AnswerUnreadable: {
    meaning:
      'The answer is not what the protocol has: HTML in place of JSON, another account than was asked for.',
    remedy: 'Check the path of the URL, and whether a proxy or a sign-in page answers.',
    by: 'SCIM, LDAP, Entra',
  },
  AttributeMissing: {
    meaning: 'A template of the configuration names an attribute that this person has not.',
    remedy: 'Fill the attribute in, or leave it out of the template.',
    by: 'configurations',
  },
  BadArgument: {
    meaning:
      'An argument of the task cannot be used: too many ids, JSON that is none, a text that is too long.',
    remedy: 'Correct the argument in the workflow; the new version is used by the next run.',
    by: 'connections',
  },
  BadCertificate: {
    meaning: 'The certificate or its key cannot be read, or they do not belong together.',
    remedy: 'Give both in PEM: the certificate that is registered, and its private key.',
    by: 'Entra',
  },
  BadCredentials: {
    meaning: 'The token or password has a line break or another character that no header can have.',
    remedy: 'Look at the variable or file that it is from: often a line break at its end.',
    by: 'SCIM, Entra, webhooks',
  },
  BadFilter: {
    meaning: 'A filter of the LDAP connection cannot be read.',
    remedy: 'Write it as RFC 4515 has it: `(&(objectClass=person)(!(ou=guests)))`.',
    by: 'LDAP',
  },
  BadId: {
    meaning: 'An id would have named another object: it is empty, `.` or `..`, or no valid text.',
    remedy: 'Correct the id of the person or the group.',
    by: 'SCIM, Entra',
  },
  BadNewUser: {
    meaning: '`newUser` gives no value for the attribute that names the entry, or one that is no text.',
    remedy: 'Let `newUser` give it, such as `cn` or `uid`.',
    by: 'LDAP',
  },
  BadUserId: {
    meaning: 'The id of the person is neither an object id nor a user principal name.',
    remedy: 'Set `userOf` of the connection to what names the account.',
    by: 'Entra',
  },
  Closed: {
    meaning: 'The connection was closed before the message was sent: the process was stopping.',
    remedy: 'Reprocess.',
    by: 'mail',
  },
  ConnectionClosed: {
    meaning: 'The connection was closed before the task was done: the process was stopping.',
    remedy: 'Reprocess.',
    by: 'LDAP',
  },
  ConnectionFailed: {
    meaning: 'No connection to the system could be made, for a reason that has no code.',
    remedy: 'Check the host, its port and its TLS, also from this machine.',
    by: 'SCIM, Entra, mail, webhooks',
  },
  ConnectionLost: {
    meaning: 'The connection ended while an answer was awaited: the change may have been made.',
    remedy: 'Reprocess: tasks read before they write.',
    by: 'LDAP',
  },
  DynamicGroup: {
    meaning: 'A rule decides who is a member of the group.',
    remedy: 'Change the rule or the attributes that it reads, or take the group out of the task.',
    by: 'Entra',
  },
  ExchangeGroup: {
    meaning: 'Only Exchange changes the members of this distribution or mail-enabled security group.',
    remedy: 'Use a Microsoft 365 or security group.',
    by: 'Entra',
  },
  FilterIgnored: {
    meaning: 'The service ignores filters: it gave accounts for one that does not exist.',
    remedy:
      'Find accounts by their `id`, or ask the vendor for filters. Changes would meet the wrong people.',
    by: 'SCIM',
  },
  ForeignUrl: {
    meaning: 'The system pointed to a URL on another host, to which no credentials are sent.',
    remedy: 'Set `baseUrl` to the host that the system names.',
    by: 'SCIM, Entra',
  },
  GroupMissing: {
    meaning: 'A group of the task does not exist, or is too new to be seen everywhere.',
    remedy: 'Correct the id in the arguments of the task. In Entra, reprocess after some minutes.',
    by: 'SCIM, LDAP, Entra',
  },
  GroupsMissing: {
    meaning: 'The connection does not say where groups are.',
    remedy: 'Add `groups` to it.',
    by: 'LDAP',
  },
  LastMember: {
    meaning: 'The person is the last member of a group that may not be empty.',
    remedy: 'Add another member first, such as the group itself.',
    by: 'LDAP',
  },
  LicenseOfGroup: {
    meaning: 'A group gives the license, so that it cannot be removed from the person.',
    remedy: 'Remove the person from the group.',
    by: 'Entra',
  },
  LicenseUnavailable: {
    meaning: 'No license of this kind is free.',
    remedy: 'Buy or free some, then reprocess this group of failures.',
    by: 'Entra',
  },
  LicenseUnknown: {
    meaning: 'The tenant has no license of this name.',
    remedy: 'Name one of `GET /subscribedSkus`: `ENTERPRISEPACK`.',
    by: 'Entra',
  },
  ListingEndless: {
    meaning: 'A list has more pages or rows than are read.',
    remedy: 'Check that the server moves on from page to page; ask for less.',
    by: 'SCIM, LDAP',
  },
  MailUncertain: {
    meaning: 'The connection or the process ended after the message was begun: it may have been sent.',
    remedy:
      "Ask the recipient, or look at the log of the server. `uncertain: 'send'` has such messages sent again.",
    by: 'mail, Entra',
  },
  NotApplied: {
    meaning: 'The system accepted the change and did not make it.',
    remedy: 'Look for a rule there that undoes it, or an attribute that another system is the master of.',
    by: 'SCIM, LDAP, Entra',
  },
  PackageMissing: {
    meaning: 'A package that the connection needs is not installed.',
    remedy: 'Install what the reason names: `npm install ldapts`, `npm install nodemailer`.',
    by: 'LDAP, mail',
  },
  PasswordMissing: {
    meaning: 'The password of the sign-in is empty: a server would take that for no sign-in at all.',
    remedy: 'Set the variable that it is from.',
    by: 'LDAP',
  },
  QueryFailed: {
    meaning: 'The database of the people refused the query.',
    remedy: 'Check the table, the columns and the rights of the role.',
    by: 'SQL',
  },
  RecipientRefused: {
    meaning: 'The mail server took the message for none of its recipients, or not for all.',
    remedy: 'Correct the addresses that the reason names.',
    by: 'mail',
  },
  SignInFailed: {
    meaning: 'Entra did not accept the application: its secret, certificate, tenant or client id.',
    remedy: 'Read the reason (`AADSTS…`), renew the secret, and check `tenantId` and `clientId`.',
    by: 'Entra',
  },
  StateHidden: {
    meaning: 'The account that signs in may not read `userAccountControl`.',
    remedy: 'Give it the right to.',
    by: 'LDAP',
  },
  SyncedAccount: {
    meaning: 'Active Directory is the master of the account.',
    remedy: 'Do the task there, with `tenure/ldap`.',
    by: 'Entra',
  },
  SyncedGroup: {
    meaning: 'Active Directory is the master of the group.',
    remedy: 'Change its members there, with `tenure/ldap`.',
    by: 'Entra',
  },
  TeamOwner: {
    meaning: 'The person is the last owner of a team.',
    remedy: 'Name another owner first.',
    by: 'Entra',
  },
  Timeout: {
    meaning: 'The system did not answer in time: the change may have been made.',
    remedy:
      'Look whether it is slow; raise `timeoutMs` of the connection. Reprocess: tasks read before they write.',
    by: 'SCIM, LDAP, Entra, mail, webhooks',
  },
  TlsFailed: {
    meaning: 'No secure connection: the certificate is not trusted, is of another name, or has expired.',
    remedy: 'Name the authority (`ca` of the connection), and check the name of the host.',
    by: 'mail',
  },
  TooManyRecipients: {
    meaning: 'The message would have had more recipients than one may have.',
    remedy: 'Send to a distribution list.',
    by: 'mail',
  },
  UidMissing: {
    meaning: 'The entry of the person has no `uid`, by which groups name members.',
    remedy: 'Give it one, or use groups that name members by DN.',
    by: 'LDAP',
  },
  UsageLocationMissing: {
    meaning: 'The account has no `usageLocation`, which licenses need.',
    remedy: 'Let a task before set it: `updateUserAttributes` with a country code.',
    by: 'Entra',
  },
};
