/** Bounds of everything, each with its unit and reason. */
export const LIMITS = {
  /** Characters of a failure reason or processing info; longer ones are cut. Keeps a row small. */
  reasonLengthMax: 2_000,
  /** Characters of a failure's code. */
  failureCodeLengthMax: 64,
  /** Characters of a failure reason without what differs from person to person. */
  maskedReasonLengthMax: 200,
  /** Groups of failures of a run; further kinds share one for each task. Processes that work on it at once may exceed it. */
  failureGroupsMax: 200,
  /** People that a group of failures names. */
  failureSampleMax: 5,
  /** Runs whose failures one summary of a workflow looks at: those that failed last. */
  failureRunsMax: 200,
  /** Changes that a task result lists; further ones are counted. */
  changesMax: 100,
  /** Characters of one of them; longer ones are cut. */
  changeLengthMax: 200,
  /** Waits that the handler of one task may ask for in all (`retryAfter`), ms: an hour. Then the task fails. */
  throttleMsMax: 3_600_000,
  /** The shortest of these waits, ms: bounds how often a throttled task is called. */
  throttleMsMin: 100,
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
  /**
   * Users of a run that are looked at before yielding to the event loop: `min` at first, up to `max` of what an index
   * answers. Twice as many after a stretch that took less than `fastMs`, half as many after one above `slowMs`.
   */
  usersPerStretch: { min: 2_048, max: 65_536, fastMs: 1, slowMs: 4 },
  /** Users that are summed before yielding to the event loop: some 4 ms of work. */
  usersPerSum: 16_384,
  /** Longest wait before a failed commit is retried, ms. */
  commitRetryDelayMsMax: 5_000,
  /** A slice of a run whose holder was not heard for this long is taken over by another process, ms. */
  sliceLeaseMs: 10_000,
  /** An engine that was not heard for this long is not running any more, for those with other settings, ms. */
  engineSilenceMs: 30_000,
  /** Between two looks for work and news of other processes, where the store does not announce them, ms. */
  pollMs: 1_000,
  /** Between two looks for the answer that a task waits for, where another process may get it, ms. */
  callbackPollMs: 5_000,
  /** An unpublished run that was not written to for this long is left over from a process that died, ms. */
  draftSilenceMs: 60_000,
  /** Events that one commit carries at most. */
  commitEventsMax: 2_048,
  /** Active users of one engine, over all its runs: started and not ended. */
  activeUsersMax: 4_096,
  /** Users of one run that are read ahead of the lanes; bounds the memory of a run. */
  usersReadAhead: 512,
  /** Runs that one engine drives at once; the others stay queued in the store. */
  runsDrivenMax: 256,
  /** Drivers of one engine in all, including those that only wait for a retry. */
  runsParkedMax: 4_096,
  /** Time for a whole stop, ms: less than the 10 s after which `docker stop` kills. */
  stopDeadlineMs: 8_000,
  /** The longest time that a stop may be given, ms: a day. */
  stopDeadlineMsMax: 86_400_000,
  /** Part of a stop's time that is reserved for recording outcomes, at most, ms. */
  stopRecordMs: 1_000,
  /** A lane yields to the event loop after this many ms. */
  turnMs: 4,
  /** Age at which a subject that was fetched ahead is refetched before its user starts, ms. */
  subjectAgeMsMax: 1_000,
  /** How long an aborted handler may take to settle before the engine stops waiting for it, ms. */
  abortGraceMs: 5_000,
  /** Time between two `run.progress` events of a run, at least, ms: enough for a progress bar. */
  progressIntervalMs: 250,
  /** A slot that is evaluated later than this counts as missed, ms. */
  slotGraceMs: 60_000,
  /** People left out that a selection names, for each reason. */
  leftOutNamed: 10,
  /** Attributes of the directory that a selection names beside an attribute that no subject has. */
  attributesNamed: 40,
  /** Groups of one scope. */
  groupsPerScopeMax: 100,
  /** Attributes that one trigger watches: bounds what is stored per subject. */
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
  /** Hours between schedule slots while no interval is set. Domain §3.2. */
  scheduleIntervalHours: 3,
  /** Days after the trigger moment in which a subject is still picked up. Domain §3.2. */
  catchUpDays: 3,
  /** Days for which a deleted workflow can be restored. Domain §3.12. */
  deletedWorkflowsDays: 30,
  /** Days for which entries of the audit are kept: a year, and what was done in its last month. */
  auditDays: 400,
  /** Entries of the audit that are looked at or removed at once. */
  auditLooked: 1_000,
  /** Interruptions of one task before it is failed: a handler that kills the process must not loop. */
  interruptionsMaxDefault: 10,
} as const;
