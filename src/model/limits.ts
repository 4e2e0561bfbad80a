/** Bounds of everything, each with its unit and reason. */
export const LIMITS = {
  /** Characters of a failure reason or processing info; longer ones are cut. Keeps a row small. */
  reasonLengthMax: 2_000,
  /** Characters of an id that comes from outside. */
  idLengthMax: 256,
  /** Characters of a display name. Graph's own bound is not published. */
  displayNameLengthMax: 256,
  /** Characters of a description. */
  descriptionLengthMax: 1_024,
  /** Characters of a filter or scope rule: bounds the parser's work. */
  filterLengthMax: 8_192,
  /** Nesting of a filter: bounds the parser's stack. */
  filterDepthMax: 64,
  /** Rows of a page, at most. Domain §5. */
  pageSizeMax: 999,
  /** Rows of a page when the caller names none. Domain §5. */
  pageSizeDefault: 100,
  /** Tasks of a workflow that the id scheme and the store can carry (12 bits, decision 2). */
  tasksPerWorkflowHardMax: 4_095,
  /** Users that are written, read or canceled in one transaction: a few ms of work. */
  usersPerBatch: 1_000,
  /** Users that are summed before the host has a turn: some 4 ms of work. */
  usersPerSum: 16_384,
  /** Longest wait before a commit that failed is tried again, ms. */
  commitRetryDelayMaxMs: 5_000,
  /** Events that one commit carries at most. */
  commitEventsMax: 2_048,
  /** Users of all runs that have started and not ended, at most, in one engine. */
  usersInFlightMax: 4_096,
  /** Users of one run that are read ahead of the lanes; bounds the memory of a run. */
  usersReadAhead: 512,
  /** Runs that one engine drives at once; the others wait their turn in the store. */
  runsDrivenMax: 256,
  /** Drivers of one engine in all, those included that only wait for a retry's moment. */
  runsParkedMax: 4_096,
  /** How long a stop may take in all, ms: less than the 10 s after which `docker stop` kills. */
  stopDeadlineMs: 8_000,
  /** The longest time that a stop may be given, ms: a day. */
  stopDeadlineMaxMs: 86_400_000,
  /** Of a stop's time: what is kept for recording what happened, at most, ms. */
  stopRecordMs: 1_000,
  /** A lane gives its thread back to the host after this many ms. */
  turnMs: 4,
  /** Subjects that were fetched longer ago than this are fetched again before their user starts, ms. */
  subjectAgeMaxMs: 1_000,
  /** How long an aborted handler may take to settle before its task is written off, ms. */
  abortGraceMs: 5_000,
  /** Time between two `run.progress` events of a run, at least, ms: enough for a progress bar. */
  progressIntervalMs: 250,
  /** A slot that is evaluated later than this counts as missed, ms. */
  slotGraceMs: 60_000,
  /** People left out whom a selection names, for each reason. */
  leftOutNamed: 10,
  /** Attributes of the directory that a selection names beside one that nobody has. */
  attributesNamed: 40,
  /** Groups of one scope. */
  groupsPerScopeMax: 100,
  /** Attributes that one trigger watches: bounds what is kept of a subject. */
  triggerAttributesMax: 20,
  /** Days without a sign-in that a trigger can ask for: ten years. */
  inactivityDaysMax: 3_650,
  /** Administration scopes of one workflow. Domain §3.12. */
  administrationScopeTargetsMax: 5,
  /** Attributes of one provisioning object. */
  attributeSetEntriesMax: 100,
  /** Custom task extensions. Domain §3.12. */
  extensionsMax: 100,
  /** Applications that may answer the calls of one extension. */
  authorizedAppsMax: 100,
  /** Conditions of one quarantine configuration. */
  quarantineConditionsMax: 10,
  /** Days after the trigger moment in which a subject is still picked up. Domain §3.2. */
  catchUpDays: 3,
  /** Days for which a deleted workflow can be restored. Domain §3.12. */
  deletedWorkflowsDays: 30,
  /** Interruptions of one task before it is failed: a handler that kills the process must not loop. */
  interruptionsMaxDefault: 10,
} as const;
