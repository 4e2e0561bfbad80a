import { expect, it } from 'vitest';
import { missingPackage } from '../../../src/errors/missing-package.ts';

it('a package that is not installed is named with the command that installs it', () => {
  const cause = new Error('Cannot find package');
  expect(missingPackage('pg', cause)).toMatchObject({
    code: 'InvalidArgument',
    message: 'Expected the package pg to be installed beside tenure, got none; install it: npm install pg',
    details: { package: 'pg' },
    cause,
  });
});
