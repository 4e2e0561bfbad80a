/** What the contract suite (`test/contract/connectors/entra.test.ts`) does not say: what tasks refuse, and why. */
import { describe, expect, it } from 'vitest';
import type { Subject } from '../../../../../src/model/subject.ts';
import { ANA, START_MS, tenant } from '../support.ts';

const entra = tenant();
const revoked = { changes: ['sign-in sessions: revoked'] };

describe('a task on an account', () => {
  it.each(['disableUserAccount', 'deleteUserAccount', 'revokeAllRefreshTokens'] as const)(
    '%s has nothing to do where there is no account',
    async (task) => {
      expect(await entra.run(task)).toEqual({
        processingInfo: expect.stringMatching(/there is no account|not exist/),
      });
    },
  );

  it.each(['enableUserAccount', 'updateUserAttributes'] as const)(
    '%s is tried again where there is no account: a new one may not be replicated',
    async (task) => {
      const given = { attributeUpdates: '{"jobTitle":"Lead"}' };
      const failed = entra.run(task, { given });
      await expect(failed).rejects.toMatchObject({
        name: 'ConnectorError',
        kind: 'missing',
        code: 'AccountMissing',
      });
      entra.addAna({ accountEnabled: false });
      entra.data.hide(ANA, 1);
      await expect(entra.run(task, { given })).rejects.toMatchObject({ code: 'AccountMissing' });
      expect(await entra.run(task, { given })).toHaveProperty('changes');
    },
  );

  it('enables an account, and does not change one that is enabled', async () => {
    entra.addAna({ accountEnabled: false });
    expect(await entra.preview('enableUserAccount')).toEqual({ changes: ['accountEnabled: false → true'] });
    expect(await entra.run('enableUserAccount')).toEqual({ changes: ['accountEnabled: false → true'] });
    expect(await entra.run('enableUserAccount')).toEqual({
      processingInfo: 'The account is enabled already',
    });
    expect(entra.data.changes).toBe(1);
  });

  it.each([
    ['enableUserAccount', false, {}, 'Entra cannot enable the account: do it there, with'],
    [
      'disableUserAccount',
      true,
      { disableOnPremisesAccount: 'true' },
      'do it there, as the argument of the task wants it, with',
    ],
    ['deleteUserAccount', true, {}, 'Entra cannot delete the account'],
    [
      'updateUserAttributes',
      true,
      { attributeUpdates: '{"jobTitle":"Lead","city":"Porto"}' },
      'cannot set jobTitle, city:',
    ],
  ] as const)(
    '%s fails for good where the account is synced, and changes nothing',
    async (task, accountEnabled, given, reason) => {
      entra.addAna({ accountEnabled, onPremisesSyncEnabled: true });
      const refusal = {
        name: 'PermanentFailure',
        failureCode: 'SyncedAccount',
        message: expect.stringContaining(reason),
      };
      await expect(entra.run(task, { given })).rejects.toMatchObject(refusal);
      await expect(entra.preview(task, { given })).rejects.toMatchObject(refusal);
      expect(entra.data.changes).toBe(0);
    },
  );

  it('has nothing to do where a synced account is as wanted', async () => {
    entra.addAna({ accountEnabled: false, onPremisesSyncEnabled: true });
    expect(await entra.run('disableUserAccount')).toHaveProperty('processingInfo');
  });

  it('fails for good where Graph refuses, with what it says', async () => {
    entra.addAna();
    const given = { attributeUpdates: '{"createdDateTime":"2026-01-01"}' };
    await expect(entra.run('updateUserAttributes', { given })).rejects.toMatchObject({
      failureCode: 'BadArgument',
    });
  });

  it('waits, as all tasks do, when Graph throttles', async () => {
    entra.addAna();
    entra.data.throttled = 1;
    await expect(entra.run('disableUserAccount')).rejects.toMatchObject({
      name: 'RetryAfter',
      scope: 'handler',
      delayMs: 7_000,
      failureCode: 'Http429',
    });
  });

  it.each([
    ['E7', {}, '`E7`'],
    ['..', {}, '`..`'],
    ['', {}, '``'],
    [`${ANA}/manager`, {}, `\`${ANA}/manager\``],
    ['E7', { userOf: ({ mail }: Subject) => mail }, 'undefined'],
  ])(
    'refuses `%s` %o as the id of an account: it would find none, and do nothing',
    async (id, connection, got) => {
      const failed = entra.run('deleteUserAccount', { subject: { id }, connection });
      await expect(failed).rejects.toMatchObject({
        name: 'PermanentFailure',
        failureCode: 'BadUserId',
        message: `Expected an object id or a user principal name of the person, got ${got}; set \`userOf\` of the connection`,
      });
      expect(entra.data.log).toEqual([]);
    },
  );

  it('takes a user principal name as one part of a path', async () => {
    entra.addAna({ userPrincipalName: 'ana/o#x@contoso.example' });
    const subject = { id: 'Ana/O#X@contoso.example' };
    expect(await entra.run('deleteUserAccount', { subject })).toEqual({ changes: ['account: deleted'] });
    expect(entra.data.log[0]?.path).toBe('/v1.0/users/Ana/O#X@contoso.example');
  });
});

describe('revoking the sessions of a person', () => {
  it('is done by each first call, also after another revocation: there may be sessions since', async () => {
    entra.addAna({ signInSessionsValidFromDateTime: new Date(START_MS + 60_000).toISOString() });
    entra.pass(120_000);
    expect(await entra.run('revokeAllRefreshTokens')).toEqual(revoked);
    expect(entra.data.changes).toBe(1);
  });

  it('is not done again by a call after a crash that has done it', async () => {
    entra.addAna({ signInSessionsValidFromDateTime: '2025-12-01T00:00:00Z' });
    entra.pass(1_000);
    expect(await entra.run('revokeAllRefreshTokens')).toEqual(revoked);
    for (const context of [{ interruptions: 1 }, { attempt: 2 }])
      expect(await entra.run('revokeAllRefreshTokens', { context })).toHaveProperty('processingInfo');
    expect(entra.data.changes).toBe(1);
  });

  it('is done by a call after a crash that has not', async () => {
    entra.addAna({ signInSessionsValidFromDateTime: '2025-12-01T00:00:00Z' });
    expect(await entra.run('revokeAllRefreshTokens', { context: { interruptions: 1 } })).toEqual(revoked);
  });
});
