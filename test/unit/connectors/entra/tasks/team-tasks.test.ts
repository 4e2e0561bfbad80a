import { describe, expect, it } from 'vitest';
import { guid } from '../../../../servers/entra/entra-data.ts';
import { ANA, tenant } from '../support.ts';

const entra = tenant();
const [SALES, LISBON] = [guid('b', 1), guid('b', 2)];

describe('a task on teams', () => {
  it('says which teams the person joined and left', async () => {
    entra.addAna();
    entra.data.addTeam(SALES, 'Sales', { [ANA]: [] });
    entra.data.addTeam(LISBON, 'Lisbon');
    const call = { given: { teamID: `${SALES},${LISBON}` } };
    expect(await entra.run('addUserToTeams', call)).toEqual({ changes: ['added to team Lisbon'] });
    expect(await entra.run('addUserToTeams', call)).toEqual({
      processingInfo: 'A member of the teams already',
    });
    expect(await entra.run('removeUserFromSelectedTeams', call)).toEqual({
      changes: ['removed from team Sales', 'removed from team Lisbon'],
    });
    expect(await entra.run('removeUserFromSelectedTeams', call)).toHaveProperty('processingInfo');
    expect(await entra.run('removeUserFromAllTeams')).toEqual({ processingInfo: 'A member of no team' });
  });

  it('is tried again where a group is no team yet', async () => {
    entra.addAna();
    entra.data.addGroup({ id: SALES, displayName: 'Sales' });
    const call = { given: { teamID: SALES } };
    await expect(entra.run('addUserToTeams', call)).rejects.toMatchObject({
      kind: 'missing',
      code: 'Http404',
    });
    entra.data.addTeam(SALES, 'Sales');
    expect(await entra.run('addUserToTeams', call)).toHaveProperty('changes');
  });

  it('fails for good over the last owner, and leaves the other teams', async () => {
    entra.addAna();
    entra.data.addTeam(SALES, 'Sales', { [ANA]: ['owner'] });
    entra.data.addTeam(LISBON, 'Lisbon', { [ANA]: ['owner'], [guid('a', 2)]: ['owner'] });
    await expect(entra.run('removeUserFromAllTeams')).rejects.toMatchObject({
      name: 'PermanentFailure',
      failureCode: 'TeamOwner',
      message: expect.stringMatching(
        /^team Sales: The person owns team Sales; .*; done before: removed from team Lisbon$/,
      ),
    });
    expect(entra.data.teams.get(LISBON)?.size).toBe(1);
  });

  it('has nothing to leave where there is no account', async () => {
    const call = { subject: { id: 'ana@contoso.example' }, given: { teamID: SALES } };
    expect(await entra.run('removeUserFromAllTeams')).toEqual({ processingInfo: 'A member of no team' });
    for (const task of ['removeUserFromSelectedTeams', 'removeUserFromAllTeams'] as const)
      expect(await entra.run(task, call)).toEqual({ processingInfo: 'The account does not exist' });
  });
});
