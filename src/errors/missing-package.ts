import { LifecycleError } from './lifecycle-error.ts';

/** The error of a package that is not installed. */
export function missingPackage(name: string, cause: unknown): LifecycleError<'InvalidArgument'> {
  return new LifecycleError(
    'InvalidArgument',
    `Expected the package ${name} to be installed beside tenure, got none; install it: npm install ${name}`,
    { package: name },
    { cause },
  );
}
