import { describe, expect, it } from 'vitest';
import { guid } from '../../../../servers/entra/entra-data.ts';
import { ANA, tenant } from '../support.ts';

const entra = tenant();
const [BASICS, EXTRAS] = [guid('d', 1), guid('d', 2)];
const given = { accessPackageId: BASICS, assignmentPolicyId: guid('e', 1) };

describe('requesting an access package', () => {
  it.each(['assigned', 'requested'])('has nothing to do where it is %s', async (how) => {
    entra.addAna();
    entra.data.addPackage(BASICS, 'Basics', how === 'assigned' ? [ANA] : []);
    if (how === 'requested') entra.data.addRequest(BASICS, ANA, 'pendingApproval');
    expect(await entra.run('requestAccessPackageAssignment', { given })).toHaveProperty('processingInfo');
    expect(entra.data.changes).toBe(0);
  });

  it('is done where an earlier request was denied, or is one of another person', async () => {
    entra.addAna();
    entra.data.addPackage(BASICS, 'Basics', [guid('a', 2)]);
    entra.data.addRequest(BASICS, ANA, 'denied');
    entra.data.addRequest(BASICS, guid('a', 2), 'pendingApproval');
    expect(await entra.run('requestAccessPackageAssignment', { given })).toEqual({
      changes: [`access package ${BASICS}: requested`],
    });
  });

  it('fails for good without its arguments', async () => {
    for (const wrong of [{ accessPackageId: BASICS }, { assignmentPolicyId: 'p', accessPackageId: ' ' }])
      await expect(entra.run('requestAccessPackageAssignment', { given: wrong })).rejects.toMatchObject({
        failureCode: 'BadArgument',
      });
  });
});

describe('removing access packages', () => {
  it('is requested once: an assignment stays until the removal is delivered', async () => {
    entra.addAna();
    entra.data.addPackage(BASICS, 'Basics', [ANA, guid('a', 2)]);
    entra.data.addPackage(EXTRAS, 'Extras', [ANA]);
    expect(await entra.run('removeAccessPackageAssignment', { given })).toEqual({
      changes: ['access package Basics: removal requested'],
    });
    expect(await entra.run('removeAccessPackageAssignment', { given })).toEqual({
      processingInfo: 'The removal is requested already',
    });
    expect(await entra.run('removeAllAccessPackageAssignments')).toEqual({
      changes: ['access package Extras: removal requested'],
    });
  });

  it('has nothing to do where none is assigned, or there is no account', async () => {
    expect(await entra.run('removeAllAccessPackageAssignments')).toEqual({
      processingInfo: 'No access package is assigned',
    });
    const call = { subject: { id: 'ana@contoso.example' }, given };
    expect(await entra.run('removeAccessPackageAssignment', call)).toEqual({
      processingInfo: 'The access package is not assigned',
    });
  });
});

describe('canceling pending requests', () => {
  it('cancels those that are not decided, and no removals', async () => {
    entra.addAna();
    entra.data.addPackage(BASICS, 'Basics');
    entra.data.addPackage(EXTRAS, 'Extras', [ANA]);
    const pending = entra.data.addRequest(BASICS, ANA, 'pendingApproval');
    const removal = entra.data.addRequest(EXTRAS, ANA, 'submitted', 'adminRemove');
    const delivering = entra.data.addRequest(BASICS, ANA, 'delivering');
    expect(await entra.run('cancelPendingAccessPackageRequests')).toEqual({
      changes: ['request for access package Basics: canceled'],
    });
    expect([pending.state, removal.state, delivering.state]).toEqual(['canceled', 'submitted', 'delivering']);
    expect(await entra.run('cancelPendingAccessPackageRequests')).toEqual({
      processingInfo: 'No request is pending',
    });
  });

  it('takes a request that is decided at the same moment as one that is not pending', async () => {
    entra.addAna();
    entra.data.addPackage(BASICS, 'Basics');
    const request = entra.data.addRequest(BASICS, ANA, 'pendingApproval');
    const decide = async (...call: Parameters<typeof fetch>) => {
      if (String(call[0]).endsWith('/cancel')) request.state = 'delivered';
      return fetch(...call);
    };
    expect(await entra.run('cancelPendingAccessPackageRequests', { connection: { fetch: decide } })).toEqual({
      processingInfo: 'No request is pending',
    });
    expect(request.state).toBe('delivered');
  });
});
