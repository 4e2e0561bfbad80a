import { describe, expect, it } from 'vitest';
import {
  codeOfResult,
  errorOfResult,
  isResult,
} from '../../../../../src/connectors/ldap/protocol/ldap-results.ts';

describe('a result code of LDAP', () => {
  it.each([
    [1, 'unknown', 'LdapOperationsError'],
    [2, 'refused', 'LdapProtocolError'],
    [3, 'unknown', 'LdapTimeLimitExceeded'],
    [4, 'refused', 'LdapSizeLimitExceeded'],
    [7, 'refused', 'LdapAuthMethodNotSupported'],
    [8, 'refused', 'LdapStrongerAuthRequired'],
    [10, 'refused', 'LdapReferral'],
    [11, 'refused', 'LdapAdminLimitExceeded'],
    [12, 'refused', 'LdapUnavailableCriticalExtension'],
    [13, 'refused', 'LdapConfidentialityRequired'],
    [16, 'conflict', 'LdapNoSuchAttribute'],
    [17, 'refused', 'LdapUndefinedAttributeType'],
    [18, 'refused', 'LdapInappropriateMatching'],
    [19, 'refused', 'LdapConstraintViolation'],
    [20, 'conflict', 'LdapAttributeOrValueExists'],
    [21, 'refused', 'LdapInvalidAttributeSyntax'],
    [32, 'missing', 'LdapNoSuchObject'],
    [34, 'refused', 'LdapInvalidDNSyntax'],
    [48, 'unauthorized', 'LdapInappropriateAuthentication'],
    [49, 'unauthorized', 'LdapInvalidCredentials'],
    [50, 'refused', 'LdapInsufficientAccessRights'],
    [51, 'throttled', 'LdapBusy'],
    [52, 'throttled', 'LdapUnavailable'],
    [53, 'refused', 'LdapUnwillingToPerform'],
    [54, 'refused', 'LdapLoopDetect'],
    [64, 'refused', 'LdapNamingViolation'],
    [65, 'refused', 'LdapObjectClassViolation'],
    [66, 'refused', 'LdapNotAllowedOnNonLeaf'],
    [67, 'refused', 'LdapNotAllowedOnRDN'],
    [68, 'conflict', 'LdapEntryAlreadyExists'],
    [69, 'refused', 'LdapObjectClassModsProhibited'],
    [71, 'refused', 'LdapAffectsMultipleDSAs'],
    [80, 'unknown', 'LdapOther'],
    [118, 'unknown', 'LdapResult118'],
  ])('%i is %s', (code, kind, name) => {
    expect(errorOfResult(code, 'said', 'ldap.example.org')).toMatchObject({ kind, code: name });
    expect(codeOfResult(code)).toBe(name);
  });

  it('is said with what the server says, bounded, and what to do', () => {
    expect(errorOfResult(50, 'no write access', 'dc1').message).toBe(
      'dc1 answered 50 insufficientAccessRights: no write access; give the account that signs in the right to do this',
    );
    expect(errorOfResult(80, '', 'dc1').message).toBe('dc1 answered 80 other');
    expect(errorOfResult(80, 'no pa55word\0', 'dc1', ['pa55word']).message).toBe(
      'dc1 answered 80 other: no (hidden)',
    );
    expect(errorOfResult(80, 'x'.repeat(5_000), 'dc1').message.length).toBeLessThan(400);
  });

  it('of a sign-in says in words why Active Directory refuses it', () => {
    const said = '80090308: LdapErr: DSID-0C090449, comment: AcceptSecurityContext error, data 533, v4563';
    expect(errorOfResult(49, said, 'dc1').message).toContain(
      'invalidCredentials: the account is disabled; 80090308',
    );
    expect(errorOfResult(53, said, 'dc1').message).not.toContain('disabled');
  });

  it('is recognized by its number', () => {
    expect(isResult(errorOfResult(66, '', 'dc1'), 66)).toBe(true);
    expect(isResult(errorOfResult(65, '', 'dc1'), 66)).toBe(false);
    expect(isResult(new Error('LdapBusy'), 51)).toBe(false);
  });
});
