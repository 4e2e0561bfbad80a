/**
 * How many users a scheduled run may have before it and its workflow are put in quarantine, and the tenant's
 * settings, with Graph's names. Source: domain §1.11, §3.8.
 */

/** At most `threshold` users. */
export interface CountBasedQuarantineCondition {
  readonly '@odata.type': '#microsoft.graph.identityGovernance.countBasedQuarantineCondition';
  /** The greatest number of users that a run may have, ≥ 0. */
  readonly threshold: number;
}

/** At most `percentage` % of all people in the directory. */
export interface PercentageBasedQuarantineCondition {
  readonly '@odata.type': '#microsoft.graph.identityGovernance.percentageBasedQuarantineCondition';
  /** A whole number, 0..100. */
  readonly percentage: number;
}

/** A bound. */
export type QuarantineCondition = CountBasedQuarantineCondition | PercentageBasedQuarantineCondition;

/** Whether one exceeded bound is enough, or all have to be. */
export const MATCH_MODES = ['any', 'all'] as const;

/** The bounds of a workflow's runs. */
export interface QuarantineConfiguration {
  /** At most 10. */
  readonly conditions: readonly QuarantineCondition[];
  /** Whether one exceeded bound is enough, or all have to be. */
  readonly matchMode: (typeof MATCH_MODES)[number];
}

/** Why something is in quarantine. */
export type QuarantineType =
  | 'notQuarantined'
  | 'countBasedThresholdExceeded'
  | 'percentageBasedThresholdExceeded'
  | 'multipleConditionsExceeded';

/** Which bounds were exceeded. */
export interface Quarantine {
  readonly quarantineType: Exclude<QuarantineType, 'notQuarantined'>;
  readonly quarantineReason: string;
}

/** Whether a workflow is in quarantine, since when and why. */
export interface QuarantineDetails {
  readonly quarantineType: QuarantineType;
  readonly quarantineReason: string | null;
  readonly quarantinedDateTime: string | null;
}

/** Of a workflow that may run. */
export const NOT_QUARANTINED: QuarantineDetails = Object.freeze({
  quarantineType: 'notQuarantined',
  quarantineReason: null,
  quarantinedDateTime: null,
});

/** Settings of one workflow. */
export interface WorkflowSetting {
  /** `null`: the tenant's. */
  readonly quarantineConfiguration: QuarantineConfiguration | null;
}

/** Settings of all workflows: `lifecycleManagementSettings`. */
export interface LifecycleManagementSettings {
  /** Kept for mail handlers; the engine sends nothing. */
  readonly emailSettings: { readonly senderDomain: string; readonly useCompanyBranding: boolean };
  /** `null`: no bounds. */
  readonly quarantineConfiguration: QuarantineConfiguration | null;
  /** Distance of schedule slots, whole hours, 1..24. */
  readonly workflowScheduleIntervalInHours: number;
}
