import { describe, expect, it } from 'vitest';
import { guid } from '../../../../servers/entra/entra-data.ts';
import { ANA, tenant } from '../support.ts';

const entra = tenant();
const [SALES, LISBON, OTHER] = [guid('b', 1), guid('b', 2), guid('b', 3)];
const membersOf = (group: string) => [...(entra.data.members.get(group) ?? [])];

describe('a task on groups', () => {
  it('says which groups it joined, and that the person was in the others', async () => {
    entra.addAna();
    entra.data.addGroup({ id: SALES, displayName: 'Sales' }, [ANA]);
    entra.data.addGroup({ id: LISBON, displayName: 'Lisbon' });
    const call = { given: { groupID: `${SALES},${LISBON}` } };
    expect(await entra.preview('addUserToGroups', call)).toEqual({ changes: ['added to group Lisbon'] });
    expect(await entra.run('addUserToGroups', call)).toEqual({ changes: ['added to group Lisbon'] });
    expect(await entra.run('addUserToGroups', call)).toEqual({
      processingInfo: 'A member of the groups already',
    });
  });

  it('needs one request to join a group that it knows', async () => {
    entra.addAna();
    entra.data.addGroup({ id: SALES, displayName: 'Sales' });
    await entra.run('addUserToGroups', { given: { groupID: SALES } });
    const paths = entra.data.log.map(({ method, path }) => `${method} ${path.replace(/^\/v1\.0/, '')}`);
    expect(paths).toEqual([`GET /groups/${SALES}`, `POST /groups/${SALES}/members/$ref`]);
  });

  it.each([
    [{ groupTypes: ['DynamicMembership'] }, 'DynamicGroup', /Group Other cannot be changed: a rule decides/],
    [{ onPremisesSyncEnabled: true }, 'SyncedGroup', /synced from Active Directory: change it there/],
    [{ mailEnabled: true }, 'ExchangeGroup', /only Exchange changes/],
  ])(
    'fails for good over a group of another kind, %o, after it has done the others',
    async (kind, failureCode, reason) => {
      entra.addAna();
      entra.data.addGroup({ id: OTHER, displayName: 'Other', ...kind }, [ANA]);
      entra.data.addGroup({ id: SALES, displayName: 'Sales' });
      const call = { given: { groupID: `${OTHER},${SALES}` } };
      await expect(entra.run('addUserToGroups', call)).rejects.toMatchObject({
        name: 'PermanentFailure',
        failureCode,
        message: expect.stringMatching(reason),
      });
      expect(membersOf(SALES)).toEqual([ANA]);
      await expect(entra.run('removeUserFromSelectedGroups', call)).rejects.toMatchObject({ failureCode });
      expect(membersOf(SALES)).toEqual([]);
    },
  );

  it('is tried again where a group, or the person, is not replicated yet', async () => {
    entra.addAna();
    entra.data.addGroup({ id: SALES, displayName: 'Sales' });
    const call = { given: { groupID: SALES } };
    for (const [id, code] of [
      [SALES, 'GroupMissing'],
      [ANA, 'AccountMissing'],
    ] as const) {
      entra.data.hide(id, 1);
      // A new process, which knows no group.
      await expect(entra.run('addUserToGroups', call)).rejects.toMatchObject({ kind: 'missing', code });
    }
    expect(await entra.run('addUserToGroups', call)).toEqual({ changes: ['added to group Sales'] });
  });

  it('names a group that does not exist', async () => {
    entra.addAna();
    for (const task of ['addUserToGroups', 'removeUserFromSelectedGroups'] as const)
      await expect(entra.run(task, { given: { groupID: SALES } })).rejects.toThrow(
        `Group ${SALES} does not exist in Entra`,
      );
  });

  it('names the account that does not exist, and has nothing to remove', async () => {
    const call = { subject: { id: 'ana@contoso.example' }, given: { groupID: SALES } };
    await expect(entra.run('addUserToGroups', call)).rejects.toMatchObject({ code: 'AccountMissing' });
    for (const task of ['removeUserFromSelectedGroups', 'removeUserFromAllGroups'] as const)
      expect(await entra.run(task, call)).toEqual({ processingInfo: 'The account does not exist' });
  });

  it('has nothing to remove where an account is gone whose object id is known', async () => {
    entra.data.addGroup({ id: SALES, displayName: 'Sales' });
    const call = { given: { groupID: SALES } };
    const none = { processingInfo: 'A member of none of the groups' };
    expect(await entra.preview('removeUserFromSelectedGroups', call)).toEqual(none);
    expect(await entra.run('removeUserFromSelectedGroups', call)).toEqual(none);
    expect(await entra.run('removeUserFromAllGroups')).toEqual({
      processingInfo: 'The account does not exist',
    });
  });

  it('removes from all groups that it can, and names those where it cannot', async () => {
    entra.addAna({ hasRole: true });
    entra.data.pageMax = 2;
    entra.data.addGroup({ id: SALES, displayName: 'Sales' }, [ANA]);
    entra.data.addGroup({ id: guid('b', 4), displayName: 'All', groupTypes: ['DynamicMembership'] }, [ANA]);
    entra.data.addGroup({ id: guid('b', 5), displayName: 'Admins', isAssignableToRole: true }, [ANA]);
    entra.data.addGroup({ id: LISBON, displayName: 'Lisbon' }, [ANA]);
    const kept =
      'Stays in All (a rule decides who is a member of it: change the rule, or what it reads), Admins (it gives roles';
    expect(await entra.run('removeUserFromAllGroups')).toEqual({
      changes: ['removed from group Sales', 'removed from group Lisbon'],
      processingInfo: expect.stringContaining(kept),
    });
    expect(await entra.run('removeUserFromAllGroups')).toEqual({
      processingInfo: expect.stringContaining(`A member of no group that can be left. ${kept}`),
    });
  });
});
