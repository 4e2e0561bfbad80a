import type { ConnectionCheck } from '../connectors/kernel/connection-check.ts';
import type { TaskMailer } from '../connectors/mail/task-mailer.ts';
import { list, type Shape, type ShapeOf, text } from '../input/schema.ts';
import type { Directory } from '../ports/directory.ts';
import type { TaskHandler } from '../ports/task-handler.ts';
import type { HeaderValue } from './secret.ts';

/** Fields of every kind that does tasks. */
export const DOES_TASKS = {
  tasks: list(
    text(1, 256),
    { max: 256 },
    'The tasks that it does, by their keys. Default: all that it can and no other connection names.',
  ),
};

/** What opening a connection needs besides its fields. */
export interface OpenContext {
  /** What gives a secret. @throws LifecycleError `InvalidArgument` when there is none. */
  secret(field: string, value: unknown): () => string | Promise<string>;
  /** Headers whose values may be variables. @throws LifecycleError `InvalidArgument` for one that is not set. */
  headers(value: Readonly<Record<string, HeaderValue>>): Readonly<Record<string, string>>;
  /** The absolute path of a file that is named relative to the configuration's folder. */
  file(path: string): string;
  /** The text of such a file. @throws LifecycleError `InvalidArgument` when it cannot be read. */
  text(field: string, path: string): Promise<string>;
  /** The people of the command, for tasks that look for others: managers. Not before the first task. */
  readonly people: Pick<Directory, 'get'>;
  /** Sends a message for a task of another connection; `null`: the file has no connection that sends messages. */
  readonly mailer: TaskMailer | null;
  /** Attributes that workflows take for dates, beside those that the directory knows. */
  readonly dateAttributes: readonly string[];
}

/** A connection whose fields have been read. No request was made. */
export interface Connection {
  /** Handlers by the keys of the catalogue. */
  readonly tasks: Readonly<Record<string, TaskHandler>>;
  /** Opens its people; `null`: it has none. */
  readonly directory: (() => Promise<Directory>) | null;
  /** Sends messages for tasks of other connections. */
  readonly mailer?: TaskMailer;
  /** Tries, reading only, what it will need. Does not throw. */
  check(signal: AbortSignal): Promise<readonly ConnectionCheck[]>;
  close?(): Promise<void>;
}

/** A connection that `tenure init` writes. */
export interface ConnectionExample<S extends Shape = Shape> {
  /** Its name in the file. */
  readonly name: string;
  /** What it is for, one line. */
  readonly about: string;
  readonly fields: ShapeOf<S>;
  /** Whether its people are the directory. */
  readonly isDirectory: boolean;
  /** Keys of leavers' tasks that it does without arguments, for an example of a workflow. */
  readonly tasks: readonly string[];
}

/** A kind of connections: its fields, and how one is made of them. */
export interface ConnectionKind<S extends Shape = Shape> {
  readonly shape: S;
  readonly example: ConnectionExample<S>;
  open(fields: ShapeOf<S>, context: OpenContext): Promise<Connection>;
}

/** Checks that fields, example and opening of a kind fit. */
export function connectionKind<const S extends Shape>(
  shape: S,
  example: ConnectionExample<S>,
  open: ConnectionKind<S>['open'],
): ConnectionKind<S> {
  return { shape, example, open };
}
