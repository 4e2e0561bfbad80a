import { expect, it } from 'vitest';
import { describeSlapd } from '../../servers/slapd.ts';
import { onboard } from './onboarding.ts';

describeSlapd('people of an LDAP directory, onboarded into a SCIM service and by mail', () => {
  it('have one account, one membership and their mail, although processes are killed and servers fail', async () => {
    const { violations, ...figures } = await onboard({ people: 60, kills: 3, seed: 1 });
    expect(violations).toEqual([]);
    expect(figures).toMatchObject({ kills: 3 });
  });
});
