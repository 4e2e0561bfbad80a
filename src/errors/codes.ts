/**
 * Every error that a caller can meet: what it means, the HTTP status and the Graph code that it
 * becomes on the wire, and whether the same call can succeed later without being changed.
 */
export const ERROR_CODES = {
  InvalidArgument: {
    status: 400,
    graphCode: 'BadRequest',
    retryable: false,
    meaning: 'A value is not allowed; `details.field` names it',
  },
  InvalidFilter: {
    status: 400,
    graphCode: 'BadRequest',
    retryable: false,
    meaning:
      'A filter or scope rule cannot be read; `details.position` is the 0-based character, `null` for a filter that is no text',
  },
  InvalidPageToken: {
    status: 400,
    graphCode: 'BadRequest',
    retryable: false,
    meaning: 'A page token was changed, or belongs to another query',
  },
  InvalidFile: {
    status: 400,
    graphCode: 'BadRequest',
    retryable: false,
    meaning: 'An input file cannot be read; `details` has file and line',
  },
  LimitExceeded: {
    status: 400,
    graphCode: 'BadRequest',
    retryable: false,
    meaning: 'A configured limit would be exceeded; `details.limit` names it',
  },
  HandlerMissing: {
    status: 400,
    graphCode: 'BadRequest',
    retryable: false,
    meaning: 'A task of the workflow has no handler; `details.missing` lists them',
  },
  WorkflowDisabled: {
    status: 400,
    graphCode: 'BadRequest',
    retryable: false,
    meaning: 'A disabled or deleted workflow cannot be activated',
  },
  SubjectUnknown: {
    status: 406,
    graphCode: 'NotAcceptable',
    retryable: false,
    meaning: 'A subject is not in the directory; `details.ids` lists the first ones',
  },
  SubjectsLeftOut: {
    status: 409,
    graphCode: 'Conflict',
    retryable: false,
    meaning:
      'A strict selection: attributes cannot be read, or no subject has them; `details.selection` says whose and which',
  },
  NotWaiting: {
    status: 409,
    graphCode: 'Conflict',
    retryable: false,
    meaning: 'A task result that does not wait for a callback, or no longer waits, cannot be resumed',
  },
  CallbackRefused: {
    status: 403,
    graphCode: 'accessDenied',
    retryable: false,
    meaning: 'A callback without the token of its call',
  },
  WorkflowQuarantined: {
    status: 409,
    graphCode: 'Conflict',
    retryable: false,
    meaning: 'A workflow in quarantine runs on demand only; `workflows.clearQuarantine` ends it',
  },
  NotFound: { status: 404, graphCode: 'itemNotFound', retryable: false, meaning: 'No such resource here' },
  IllegalTransition: {
    status: 409,
    graphCode: 'Conflict',
    retryable: false,
    meaning: 'The status machine has no such move; `details` has both states',
  },
  AlreadyFinal: {
    status: 409,
    graphCode: 'Conflict',
    retryable: false,
    meaning: 'A terminal state never changes',
  },
  CounterMismatch: {
    status: 409,
    graphCode: 'Conflict',
    retryable: false,
    meaning: 'A counter in the request contradicts the ledger',
  },
  Duplicate: {
    status: 409,
    graphCode: 'Conflict',
    retryable: false,
    meaning: 'It exists already: a result for this subject, a name, a schedule slot',
  },
  RunActive: {
    status: 409,
    graphCode: 'Conflict',
    retryable: true,
    meaning: 'A run that has not ended cannot be deleted, reprocessed or copied',
  },
  NotDrivenHere: {
    status: 409,
    graphCode: 'Conflict',
    retryable: false,
    meaning: 'Results of a run that the engine drives cannot be written from outside',
  },
  ClaimLost: {
    status: 409,
    graphCode: 'Conflict',
    retryable: false,
    meaning: 'Another worker has claimed the run; this writer is fenced off',
  },
  EngineStopped: {
    status: 503,
    graphCode: 'serviceNotAvailable',
    retryable: true,
    meaning: 'The engine is stopping or has stopped',
  },
  SettingsDiffer: {
    status: 409,
    graphCode: 'Conflict',
    retryable: false,
    meaning:
      'Engines with other settings run on the same database; `details` has the setting and both values, `kept` and `given`',
  },
  StoreClosed: {
    status: 503,
    graphCode: 'serviceNotAvailable',
    retryable: false,
    meaning: 'The store has been closed',
  },
  StoreLocked: {
    status: 503,
    graphCode: 'serviceNotAvailable',
    retryable: true,
    meaning: 'Another process writes this file; `details.holder` names it',
  },
  StoreUnavailable: {
    status: 503,
    graphCode: 'serviceNotAvailable',
    retryable: true,
    meaning:
      'The database cannot be reached, or the connection was lost; nothing was kept, unless `details.commit` is `unknown`',
  },
  StoreAccessDenied: {
    status: 503,
    graphCode: 'serviceNotAvailable',
    retryable: false,
    meaning: 'The database refuses the login, or the role lacks rights',
  },
  StoreReadOnly: {
    status: 503,
    graphCode: 'serviceNotAvailable',
    retryable: false,
    meaning: 'The file or its folder, or the database, cannot be written',
  },
  StoreFull: {
    status: 507,
    graphCode: 'insufficientStorage',
    retryable: true,
    meaning: 'The disk is full; nothing of the commit was kept',
  },
  StoreCorrupt: {
    status: 500,
    graphCode: 'generalException',
    retryable: false,
    meaning: 'The file or database is damaged',
  },
  StoreForeign: {
    status: 500,
    graphCode: 'generalException',
    retryable: false,
    meaning: 'The file or schema is not of tenure',
  },
  StoreTooNew: {
    status: 500,
    graphCode: 'generalException',
    retryable: false,
    meaning: 'The file or database has a newer schema than this version knows',
  },
  StoreFailed: {
    status: 500,
    graphCode: 'generalException',
    retryable: true,
    meaning: 'The store failed for another reason; `cause` has the error of the database',
  },
} as const satisfies Record<
  string,
  { status: number; graphCode: string; retryable: boolean; meaning: string }
>;

/** A code of {@link ERROR_CODES}. Match on this, never on a message. */
export type ErrorCode = keyof typeof ERROR_CODES;
