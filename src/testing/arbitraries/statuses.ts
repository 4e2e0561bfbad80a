import fc from 'fast-check';
import {
  EXECUTION_TYPES,
  PROCESSING_STATUSES,
  type ProcessingStatus,
  TASK_STATUSES,
  type TaskStatus,
  USER_STATUSES,
  type UserStatus,
  WORKFLOW_CATEGORIES,
  type WorkflowCategory,
  type WorkflowExecutionType,
} from '../../model/status.ts';
import { TERMINAL } from '../model/edges.ts';

/** A status of a run. Shrinks to `queued`. */
export const runStatus = (): fc.Arbitrary<ProcessingStatus> => fc.constantFrom(...PROCESSING_STATUSES);

/** A status of a user result. Shrinks to `queued`. */
export const userStatus = (): fc.Arbitrary<UserStatus> => fc.constantFrom(...USER_STATUSES);

/** A status of a task result. Shrinks to `queued`. */
export const taskStatus = (): fc.Arbitrary<TaskStatus> => fc.constantFrom(...TASK_STATUSES);

/** A status that is never left. Shrinks to `completed`. */
export const terminalStatus = (): fc.Arbitrary<ProcessingStatus> => fc.constantFrom(...TERMINAL);

/** How a run came about. Shrinks to `scheduled`. */
export const executionType = (): fc.Arbitrary<WorkflowExecutionType> => fc.constantFrom(...EXECUTION_TYPES);

/** What a workflow is for. Shrinks to `joiner`. */
export const workflowCategory = (): fc.Arbitrary<WorkflowCategory> => fc.constantFrom(...WORKFLOW_CATEGORIES);
