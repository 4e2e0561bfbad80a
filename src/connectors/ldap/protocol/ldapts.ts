import { missingPackage } from '../../../errors/missing-package.ts';
import { ConnectorError } from '../../kernel/connector-error.ts';

/** The package ldapts. */
export type Ldapts = typeof import('ldapts');

/** Loads ldapts, an optional peer, when it is first needed. @throws ConnectorError `refused` when it is not installed. */
export async function loadLdapts(): Promise<Ldapts> {
  try {
    return await import('ldapts');
  } catch (error) {
    const { message } = missingPackage('ldapts', error);
    throw new ConnectorError('refused', message, { code: 'PackageMissing', cause: error });
  }
}
