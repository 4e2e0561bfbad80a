import { describe, expect, it } from 'vitest';
import { guid } from '../../../../servers/entra/entra-data.ts';
import { ANA, tenant } from '../support.ts';

const entra = tenant();
const [E3, VISIO, SALES] = [guid('c', 1), guid('c', 2), guid('b', 1)];
const given = { licenses: `${E3}, visioclient` };
const fill = (more: Readonly<Record<string, unknown>> = { usageLocation: 'PT' }) => {
  entra.addAna(more);
  entra.data.addGroup({ id: SALES, displayName: 'Sales' });
  entra.data.addSku(E3, 'SPE_E3');
  entra.data.addSku(VISIO, 'VISIOCLIENT');
};
const left = () => (entra.data.users.get(ANA)?.licenseAssignmentStates ?? []) as readonly object[];

describe('assigning licenses', () => {
  it('gives those that the person does not have, also not through a group', async () => {
    fill();
    entra.data.license(ANA, E3, SALES);
    expect(await entra.run('assignLicenses', { given })).toEqual({
      changes: ['license VISIOCLIENT: assigned'],
    });
    expect(await entra.run('assignLicenses', { given })).toEqual({
      processingInfo: 'The licenses are assigned already',
    });
  });

  it('gives one that a group gives in vain', async () => {
    fill({
      usageLocation: 'PT',
      licenseAssignmentStates: [
        { skuId: E3, assignedByGroup: SALES, state: 'Error', error: 'CountViolation' },
      ],
    });
    const call = { given: { licenses: E3 } };
    expect(await entra.run('assignLicenses', call)).toEqual({ changes: ['license SPE_E3: assigned'] });
  });

  it('fails for good without a usageLocation, without a free license, and over one that the tenant lacks', async () => {
    fill({});
    await expect(entra.run('assignLicenses', { given })).rejects.toMatchObject({
      name: 'PermanentFailure',
      failureCode: 'UsageLocationMissing',
      message: expect.stringContaining('SPE_E3, VISIOCLIENT'),
    });
    fill();
    entra.data.addSku(E3, 'SPE_E3', 0);
    await expect(entra.run('assignLicenses', { given })).rejects.toMatchObject({
      failureCode: 'LicenseUnavailable',
      message: expect.stringMatching(/^No license is free \(SPE_E3, VISIOCLIENT\)/),
    });
    await expect(entra.run('assignLicenses', { given: { licenses: 'FLOW_FREE' } })).rejects.toMatchObject({
      failureCode: 'LicenseUnknown',
    });
  });
});

describe('removing licenses', () => {
  it('removes those that are given directly, and names the groups that give the others', async () => {
    fill();
    entra.data.license(ANA, E3);
    entra.data.license(ANA, VISIO, SALES);
    await expect(entra.run('removeAllLicenses')).rejects.toMatchObject({
      name: 'PermanentFailure',
      failureCode: 'LicenseOfGroup',
      message:
        'license VISIOCLIENT: Group Sales gives it: remove the person from the group; done before: license SPE_E3: removed',
    });
    expect(left()).toMatchObject([{ skuId: VISIO }]);
  });

  it('leaves those of groups where the options say so, and says so', async () => {
    fill();
    entra.data.license(ANA, E3);
    entra.data.license(ANA, VISIO, SALES);
    const options = { inheritedLicenses: 'leave' } as const;
    const processingInfo = 'Groups give the person VISIOCLIENT';
    expect(await entra.run('removeAllLicenses', { options })).toEqual({
      changes: ['license SPE_E3: removed'],
      processingInfo,
    });
    expect(await entra.run('removeAllLicenses', { options })).toEqual({ processingInfo });
  });

  it('removes the selected ones alone', async () => {
    fill();
    entra.data.license(ANA, E3);
    entra.data.license(ANA, VISIO);
    const call = { given: { licenses: 'SPE_E3' } };
    expect(await entra.run('removeSelectedLicenses', call)).toEqual({ changes: ['license SPE_E3: removed'] });
    expect(await entra.run('removeSelectedLicenses', call)).toEqual({
      processingInfo: 'The person has none of the licenses',
    });
    expect(left()).toMatchObject([{ skuId: VISIO }]);
  });

  it('has nothing to do where there is no account', async () => {
    expect(await entra.run('removeAllLicenses')).toEqual({ processingInfo: 'The person has no license' });
  });
});
