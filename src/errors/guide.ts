import type { ErrorCode } from './codes.ts';

/** What people do about an error; what it means and its HTTP status are in `codes.ts`. */
export interface ErrorGuide {
  /** Why it comes. */
  readonly cause: string;
  readonly remedy: string;
  /** Methods, commands and options that give it. */
  readonly where: string;
}

/** By code: `tenure explain CODE` and `src/errors/README.md` are made of it. */
export const ERROR_GUIDE: Readonly<Record<ErrorCode, ErrorGuide>> = {
  InvalidArgument: {
    cause:
      'An option, a field of a workflow or an argument of a task has a type, form or size that is not allowed, or a name that does not exist.',
    remedy:
      'Correct the field that the message names. `details.nearest` has the name that may be meant; `details.package` a package to install.',
    where: 'every method and command that takes input',
  },
  InvalidFilter: {
    cause:
      'A rule or `$filter` has a wrong word, an unknown property or function, or more clauses than are allowed.',
    remedy:
      'Look at the caret under the text, or at `details.position` and `details.near`. Texts stand in single quotes.',
    where: '`executionConditions.scope.rule`, `filter` of lists, `--rule`, `$filter` of the API',
  },
  InvalidPageToken: {
    cause: 'A token of one list was used for another one or with another filter, or was cut.',
    remedy: 'Begin the list again without a token, and give tokens back unchanged, with the same query.',
    where: '`after` of lists, `--after`, `$skiptoken` of the API',
  },
  InvalidFile: {
    cause:
      'A file of people, a configuration or a scenario cannot be read: its syntax, a column, an id that comes twice.',
    remedy:
      'Correct the line that the message names. Columns with other names: `--map id=WorkerID`; rows that repeat: `--on-duplicate first`.',
    where: '`csvDirectory`, `jsonDirectory`, `--users`, `--connect`, `tenure simulate`',
  },
  LimitExceeded: {
    cause:
      'There would be more workflows, tasks, subjects, extensions or answers in one request than `limits` allow.',
    remedy:
      'Split the work, delete what is not needed, or raise the limit: `createEngine({ limits })`. `details.max` has it.',
    where:
      '`workflows.create`, `runs.activate`, `customTaskExtensions.create`, `$expand` and batches of the API',
  },
  HandlerMissing: {
    cause: 'No function was given for a task of the workflow, or it has another name.',
    remedy:
      "Add a handler under the name in the message, or one for all: `tasks: { '*': … }`. `details.nearest` has near names.",
    where: '`runs.activate`, `tenure run`, slots of the schedule (as `engine.error`)',
  },
  WorkflowDisabled: {
    cause: 'The workflow was disabled or deleted.',
    remedy:
      'Enable it: `workflows.update(id, { isEnabled: true })`, or `tenure workflows enable`. `workflows.restore` brings one back.',
    where: '`runs.activate`, `tenure run`',
  },
  SubjectUnknown: {
    cause: 'An id was named that the directory does not have, or has no more.',
    remedy:
      'Check the ids that the message lists, and that the directory (`--users`) is the one they are from.',
    where: '`runs.activate({ subjects })`, `tenure run --ids`',
  },
  SubjectsLeftOut: {
    cause:
      'With `strict`, some people would have been left out: their dates cannot be read, or no one has the attribute.',
    remedy: 'Correct the values, say how dates are written (`--dates dd/MM/yyyy`), or run without `strict`.',
    where: '`runs.activate`, `tenure run --strict`',
  },
  NotWaiting: {
    cause: 'A callback came twice, or after the time-out or the cancel of its task.',
    remedy:
      'Nothing, when the first one was taken. Otherwise reprocess the user, and give the task a longer time-out.',
    where: '`taskProcessingResults.resume`, `…/taskProcessingResults/{id}/resume` of the API',
  },
  CallbackRefused: {
    cause: 'The token is missing, was cut, or belongs to another call or database.',
    remedy: 'Send the token that the call of this task had, unchanged.',
    where: '`taskProcessingResults.resume`, `…/resume` of the API',
  },
  WorkflowQuarantined: {
    cause: 'A slot had more people than the quarantine allows, so that scheduled runs stopped.',
    remedy:
      'Look at who it would be (`workflows.preview`); then `workflows.clearQuarantine`, or set a higher threshold.',
    where: '`runs.activate` for scheduled runs, slots of the schedule',
  },
  NotFound: {
    cause: 'The id or name is of nothing here: mistyped, deleted, kept no longer, or of another database.',
    remedy:
      'List what there is: `tenure runs list`, `tenure workflows list`. `details.nearest` has the name that may be meant.',
    where: 'every method and command that takes an id, a name or a file',
  },
  IllegalTransition: {
    cause:
      'An external worker reported a state that cannot follow the one that is kept, such as progress in a canceled run.',
    remedy: 'Read the result anew, and report what follows its state (`src/domain/README.md`).',
    where: '`userProcessingResults.create` and `recordTask`, `runs.cancel`',
  },
  AlreadyFinal: {
    cause: 'The run or result has ended already; another process may have ended it.',
    remedy: 'Nothing: read it to see how it ended. To do the work again, reprocess.',
    where: '`runs.cancel`, results of external workers',
  },
  CounterMismatch: {
    cause: 'An external worker sent numbers of tasks that do not fit the tasks that it reported.',
    remedy: 'Leave the counters out, or send what `details.expected` says.',
    where: '`userProcessingResults.create` and `recordTask`',
  },
  Duplicate: {
    cause: 'The same was made before: a retry after a lost answer, a second process, a name that is taken.',
    remedy:
      'Take the one that is there. Workflows: `workflows.ensure` in place of `create`. Copies of databases: name an empty target.',
    where:
      '`workflows.create`, `runs.activate` of a slot, results of external workers, `tenure db copy`, directories',
  },
  RunActive: {
    cause: 'The run has not ended, and what was asked for needs its end.',
    remedy: 'Wait for it (`runs.waitFor`, `tenure resume`), or cancel it, and ask again.',
    where: '`runs.delete`, `runs.reprocess`, `tenure db copy`',
  },
  NotDrivenHere: {
    cause: 'Results were written for a run that an engine drives.',
    remedy: 'Create the run with `runs.create` when a worker of your own is to report its results.',
    where: '`userProcessingResults.create` and `recordTask`',
  },
  ClaimLost: {
    cause:
      'This process was silent for longer than its lease (asleep, blocked, cut off), and another one took the work over.',
    remedy: 'Nothing: the other process goes on. When it comes often, look for what blocks the event loop.',
    where: 'engines on Postgres (as `engine.error`), engines that lost the lock of their file',
  },
  EngineStopped: {
    cause: 'The call came after `close()`, or the engine closed while it waited.',
    remedy: 'Make it again on an engine that runs. Answer requests with 503 while a service stops.',
    where: 'methods of a closed engine, `runs.waitFor`, the API',
  },
  SettingsDiffer: {
    cause:
      'Engines of several processes have different `noOp`, `scheduleIntervalHours`, `catchUpDays`, `strictFailed` or `limits`.',
    remedy: 'Give all the same; in a rolling deploy start the first one with `replaceSettings: true`.',
    where: '`createEngine` and `createLedger` on Postgres',
  },
  StoreClosed: {
    cause: 'The store, or its engine, was closed before the call.',
    remedy: 'Open it again. A store that an engine was given is closed with it.',
    where: 'every method of a store',
  },
  StoreLocked: {
    cause:
      'An engine, or a command that writes, has the file open: one process at a time writes an SQLite file.',
    remedy:
      'Stop the process in the message, or use Postgres, which many write. Commands that only read work nevertheless.',
    where: '`sqliteStore`, commands that write `--db FILE`, `tenure demo`',
  },
  StoreUnavailable: {
    cause: 'The server is down, restarts, refuses connections, or the network was cut.',
    remedy: 'Check that it answers. Engines wait and go on by themselves; a caller tries again.',
    where: '`postgresStore`, and every call on it',
  },
  StoreAccessDenied: {
    cause: 'A wrong password, a role that may not connect, or one without rights on the schema.',
    remedy:
      'Set `PGPASSWORD`, or grant the rights that the message names. `tenure db sql` prints the tables for their owner.',
    where: '`postgresStore`, `--db postgres://…`',
  },
  StoreReadOnly: {
    cause:
      'The file or its folder is not writable for this user, a standby was opened to be written, or the schema is old.',
    remedy: 'Give the rights, name the primary, or open it once with a version and a role that may migrate.',
    where: '`sqliteStore`, `postgresStore`, writes to a store with `readOnly`',
  },
  StoreFull: {
    cause: 'The disk, or the size that `sizeBytesMax` allows, is full.',
    remedy:
      'Make room: `retention` and `runs.delete` remove old runs. Engines go on when commits succeed again.',
    where: 'every write to a store',
  },
  StoreCorrupt: {
    cause:
      'A disk or a copy of the file went wrong: a database that was copied while it was written, for example.',
    remedy:
      'Restore a backup, then `tenure check`. Copy databases with `tenure db copy`, or while no process has them open.',
    where: '`sqliteStore`, `postgresStore`, reads',
  },
  StoreForeign: {
    cause: 'The path or schema is of another application.',
    remedy: 'Name another file, or a schema of its own: `schema`, or `?schema=NAME`.',
    where: '`sqliteStore`, `postgresStore`, `--db`',
  },
  StoreTooNew: {
    cause: 'A newer version of tenure has written the database.',
    remedy: 'Install that version, or a newer one, here.',
    where: '`sqliteStore`, `postgresStore`, `--db`',
  },
  StoreFailed: {
    cause: 'The database gave an error that has no code of its own.',
    remedy:
      'Read the `cause` of the error and the log of the server, and try again. After `tenure db copy`: was a database written meanwhile?',
    where: 'every call on a store',
  },
};
