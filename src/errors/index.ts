export { ERROR_CODES, type ErrorCode } from './codes.ts';
export { assert, InvariantError, LifecycleError } from './lifecycle-error.ts';
export { escapeHidden, shown } from './shown.ts';
