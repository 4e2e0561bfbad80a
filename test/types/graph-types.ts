/**
 * Our resources can be given to code that is written for Graph's own types. The compiler is the test:
 * `npm run types` fails when one of these lines does not hold.
 */
import type { IdentityGovernanceNamespace as IdentityGovernance } from '@microsoft/microsoft-graph-types-beta';
import type {
  Run,
  RunSummary,
  Task,
  TaskDefinition,
  TaskProcessingResult,
  TaskReport,
  UserProcessingResult,
  Workflow,
} from '../../src/index.ts';

/** Compiles only when `Ours` can be used wherever `Theirs` is asked for. */
type AssignableTo<Theirs, Ours extends Theirs> = Ours;

/** Members that the service has and that package does not know yet (domain §1.1). */
type Newer = 'canceling' | 'quarantined' | 'activatedWithScope' | 'preview' | 'extensibilityOnDemand';

/** Mutable arrays, as that package declares them, and only the enumeration members that it knows. */
type Known<Resource> = {
  -readonly [Key in keyof Resource]: Resource[Key] extends readonly (infer Item)[]
    ? Item[]
    : Exclude<Resource[Key], Newer>;
};

export type Checks = [
  AssignableTo<IdentityGovernance.Run, Known<Run>>,
  AssignableTo<IdentityGovernance.UserProcessingResult, Known<UserProcessingResult>>,
  AssignableTo<IdentityGovernance.TaskProcessingResult, Known<TaskProcessingResult>>,
  AssignableTo<IdentityGovernance.TaskReport, Known<TaskReport>>,
  AssignableTo<IdentityGovernance.RunSummary, RunSummary>,
  AssignableTo<
    IdentityGovernance.WorkflowBase,
    Known<
      Pick<
        Workflow,
        | 'displayName'
        | 'description'
        | 'isEnabled'
        | 'createdBy'
        | 'lastModifiedBy'
        | 'administrationScopeTargets'
      >
    >
  >,
  AssignableTo<IdentityGovernance.Task, Known<Omit<Task, 'category' | 'arguments'>>>,
  AssignableTo<
    IdentityGovernance.TaskDefinition,
    Known<Pick<TaskDefinition, 'id' | 'displayName' | 'version'>>
  >,
];
