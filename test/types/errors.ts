/** The code of an error gives its details their type. The compiler is the test: `npm run types`. */
import { expectTypeOf } from 'vitest';
import { type ErrorCode, LifecycleError, type Selection } from '../../src/index.ts';

export function detailsOf(error: unknown): void {
  if (!LifecycleError.is(error)) return;
  expectTypeOf(error.code).toEqualTypeOf<ErrorCode>();
  expectTypeOf(error.details.field).toEqualTypeOf<string | undefined>();
  if (error.code === 'HandlerMissing') {
    expectTypeOf(error.details.missing).toEqualTypeOf<readonly string[]>();
    // @ts-expect-error: this code has no such detail
    error.details.selection;
  }
  switch (error.code) {
    case 'SubjectsLeftOut':
      expectTypeOf(error.details.selection).toEqualTypeOf<Selection>();
      break;
    case 'LimitExceeded':
      expectTypeOf(error.details.max).toEqualTypeOf<number>();
      break;
    // @ts-expect-error: there is no such code
    case 'LimitExceded':
  }
}

export const errors = [
  new LifecycleError('StoreClosed', 'closed'),
  new LifecycleError('SubjectUnknown', 'unknown', { ids: ['ada'], count: 1 }),
  // @ts-expect-error: which ones belongs to it
  new LifecycleError('SubjectUnknown', 'unknown'),
  // @ts-expect-error: a detail of another code
  new LifecycleError('StoreClosed', 'closed', { ids: ['ada'] }),
] satisfies LifecycleError[];
