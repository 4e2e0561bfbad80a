import { LIMITS } from './limits.ts';

/** The code of a failure that says nothing more than that it is one. It is not stored. */
export const HANDLER_FAILED = 'HandlerFailed';

const FAILURE_CODE = /^[A-Za-z0-9][\w.:-]*$/;

/** Whether `code` can stand beside a failure reason. */
export function isFailureCode(code: unknown): code is string {
  return typeof code === 'string' && code.length <= LIMITS.failureCodeLengthMax && FAILURE_CODE.test(code);
}
