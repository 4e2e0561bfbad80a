import { type AnswerKind, ConnectorError } from '../../kernel/connector-error.ts';
import { saidLine } from '../../kernel/said.ts';

/** Result codes: their name, what they mean for the call, and what people can do. RFC 4511 §4.1.9, appendix A. */
const RESULTS: Readonly<Record<number, readonly [name: string, kind: AnswerKind, remedy?: string]>> = {
  1: ['operationsError', 'unknown'],
  2: ['protocolError', 'refused'],
  3: ['timeLimitExceeded', 'unknown'],
  4: ['sizeLimitExceeded', 'refused', 'raise the size limit of the server for the account that signs in'],
  7: ['authMethodNotSupported', 'refused'],
  8: ['strongerAuthRequired', 'refused', 'connect with ldaps:// or `startTls`'],
  10: ['referral', 'refused', 'connect to the server that has these entries'],
  11: ['adminLimitExceeded', 'refused'],
  12: ['unavailableCriticalExtension', 'refused'],
  13: ['confidentialityRequired', 'refused', 'connect with ldaps:// or `startTls`'],
  16: ['noSuchAttribute', 'conflict'],
  17: ['undefinedAttributeType', 'refused', 'name another attribute in `attributes` or `disabledBy`'],
  18: ['inappropriateMatching', 'refused'],
  19: ['constraintViolation', 'refused'],
  20: ['attributeOrValueExists', 'conflict'],
  21: ['invalidAttributeSyntax', 'refused'],
  32: ['noSuchObject', 'missing'],
  34: ['invalidDNSyntax', 'refused'],
  48: ['inappropriateAuthentication', 'unauthorized'],
  49: ['invalidCredentials', 'unauthorized'],
  50: ['insufficientAccessRights', 'refused', 'give the account that signs in the right to do this'],
  51: ['busy', 'throttled'],
  52: ['unavailable', 'throttled'],
  53: ['unwillingToPerform', 'refused'],
  54: ['loopDetect', 'refused'],
  64: ['namingViolation', 'refused'],
  65: ['objectClassViolation', 'refused'],
  66: ['notAllowedOnNonLeaf', 'refused'],
  67: ['notAllowedOnRDN', 'refused'],
  68: ['entryAlreadyExists', 'conflict'],
  69: ['objectClassModsProhibited', 'refused'],
  71: ['affectsMultipleDSAs', 'refused'],
  80: ['other', 'unknown'],
};

/** What Active Directory says after `data` when it refuses a sign-in. */
const SIGN_IN_DATA: Readonly<Record<string, string>> = {
  '525': 'the account is not found',
  '52e': 'the password is wrong',
  '530': 'not permitted at this time',
  '532': 'the password has expired',
  '533': 'the account is disabled',
  '701': 'the account has expired',
  '773': 'the password must be changed first',
  '775': 'the account is locked',
};

/** An answer with a result code other than success. What it says is shown without `secrets`. */
export function errorOfResult(
  code: number,
  said: string,
  host: string,
  secrets: readonly string[] = [],
): ConnectorError {
  // What a server means by a code that the standard does not have can only be seen by reading.
  const [name, kind, remedy] = RESULTS[code] ?? [`result${code}`, 'unknown'];
  const data =
    code === 49 ? SIGN_IN_DATA[/\bdata ([\da-f]{3})\b/i.exec(said)?.[1]?.toLowerCase() ?? ''] : undefined;
  const words = [data, saidLine(said, secrets), remedy].filter(Boolean).join('; ');
  const message = `${host} answered ${code} ${name}${words === '' ? '' : `: ${words}`}`;
  return new ConnectorError(kind, message, { code: codeOfResult(code) });
}

/** The code of the failure for a result: `LdapBusy`. */
export function codeOfResult(code: number): string {
  const [name] = RESULTS[code] ?? [`result${code}`];
  return `Ldap${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

/** Whether an error is an answer of the server with this result code. */
export function isResult(error: unknown, code: number): error is ConnectorError {
  return error instanceof ConnectorError && error.code === codeOfResult(code);
}
