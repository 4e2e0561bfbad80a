/** What the kit shares of the audit: a store that dies with its process, and a process that lives on it. */
export { type CrashingStore, type CrashPoint, crashingStore } from './audit/crashing-store.ts';
export type { AuditOptions } from './audit/idempotency-audit.ts';
export { EXECUTION_OPTIONS } from './audit/options.ts';
export { beginLife, type Life, letOneSettle } from './audit/process.ts';
