/** What each option of an audit may be. */
import { SETTINGS } from '../../engine/options.ts';
import { readArray, readFunction } from '../../input/fields.ts';
import { optional, type ShapeOf, shapeReader } from '../../input/options.ts';
import type { Place } from '../../input/refuse.ts';
import type { WorkflowInput } from '../../ledger/workflow-input.ts';
import type { Subject } from '../../model/subject.ts';
import type { AuditOptions } from './idempotency-audit.ts';

const PEOPLE_MAX = 1_000_000;
const { tasks: _, ...ENGINE } = SETTINGS;

/** Of whatever runs a workflow for a population, with handlers that write their effects to a recorder. */
export const EXECUTION_OPTIONS = {
  /** Checked when the workflow is created. */
  workflow: ({ value }: Place) => value as WorkflowInput,
  population: (place: Place) => readArray(place, PEOPLE_MAX).map(({ value }) => value as Subject),
  effects: readFunction<AuditOptions<unknown>['effects']>,
  tasks: readFunction<AuditOptions<unknown>['tasks']>,
  settings: optional(shapeReader(ENGINE)),
};

/** Of `idempotencyAudit`. */
export const AUDIT_OPTIONS = {
  ...EXECUTION_OPTIONS,
  read: optional(readFunction<NonNullable<AuditOptions<unknown>['read']>>),
  onProgress: optional(readFunction<NonNullable<AuditOptions<unknown>['onProgress']>>),
} satisfies ShapeOf<AuditOptions<unknown>>;
