/** Opens the connections of a configuration file. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { TaskMailer } from '../connectors/mail/task-mailer.ts';
import { LifecycleError } from '../errors/lifecycle-error.ts';
import { invalid, unknownWord } from '../input/refuse.ts';
import type { Directory } from '../ports/directory.ts';
import type { TaskHandler } from '../ports/task-handler.ts';
import { assignTasks } from './assign-tasks.ts';
import { type ConnectionConfig, KINDS } from './config.ts';
import type { Connection, ConnectionKind } from './connection-kind.ts';
import type { KindName } from './kind-names.ts';
import { atFile, readConfig } from './read-config.ts';
import { type HeaderValue, readHeaders, readSecret } from './secret.ts';

/** A connection by its name. */
export interface NamedConnection extends Pick<Connection, 'check'> {
  readonly name: string;
  readonly kind: KindName;
  /** Keys of the tasks that it does. */
  readonly tasks: readonly string[];
  readonly isDirectory: boolean;
}

/** A configuration whose connections are open. No request was made. */
export interface OpenConfig {
  /** As it was named. */
  readonly file: string;
  readonly connections: readonly NamedConnection[];
  readonly tasks: Readonly<Record<string, TaskHandler>>;
  /** Keys of the tasks with a handler of the file's own. */
  readonly ownTasks: readonly string[];
  /** The connection that does a task, by its key; `null`: a handler of the file's own does, or nothing. */
  doneBy(key: string): string | null;
  /** Opens the people; `null`: the configuration names no directory. */
  readonly directory: (() => Promise<Directory>) | null;
  /** Says which people tasks look for others in: those of the command, which need not be of the configuration. */
  usePeople(people: Directory): void;
  close(): Promise<void>;
}

/** Options of {@link openConfig}. */
export interface OpenConfigOptions {
  /** Variables for secrets. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Attributes that workflows take for dates. */
  readonly dateAttributes: readonly string[];
}

/**
 * Reads a configuration file and opens what it names.
 *
 * @throws LifecycleError `InvalidFile`, `InvalidArgument`: with the file and the path in it, never with a secret.
 */
export async function openConfig(
  file: string,
  { env, dateAttributes }: OpenConfigOptions,
): Promise<OpenConfig> {
  const { path, isJson, config } = await readConfig(file);
  const open = new Map<string, Connection>();
  let people: Directory | null = null;
  const close = async (): Promise<void> => {
    await Promise.all(Array.from(open.values(), (connection) => connection.close?.()));
  };
  const mail = Object.entries(config.connections).find(([, { kind }]) => kind === 'mail')?.[0];
  // Opened perhaps later than the connection that uses it.
  const mailer: TaskMailer = async (...args) =>
    (open.get(mail ?? '') as { readonly mailer: TaskMailer }).mailer(...args);
  try {
    for (const [name, { kind, ...fields }] of Object.entries(config.connections)) {
      const at = `connections.${name}`;
      const context = {
        secret: (field: string, value: unknown) =>
          readSecret({ path: `${at}.${field}`, value }, { isJson, env }),
        headers: (value: Readonly<Record<string, HeaderValue>>) =>
          readHeaders({ path: `${at}.headers`, value }, { isJson, env }),
        file: (relative: string) => resolve(dirname(path), relative),
        text: (field: string, relative: string) =>
          readFile(resolve(dirname(path), relative), 'utf8').catch((cause: NodeJS.ErrnoException) => {
            const got = cause.code === 'ENOENT' ? `no file ${relative}` : cause.message;
            throw invalid({ path: `${at}.${field}`, value: relative }, 'a file that can be read', got);
          }),
        people: { get: async (ids: readonly string[]) => people?.get(ids) ?? [] },
        mailer: mail === undefined ? null : mailer,
        dateAttributes,
      };
      const { open: openKind } = KINDS[kind] as unknown as ConnectionKind;
      open.set(name, await atPath(at, () => openKind(fields as never, context)));
    }
    const directory = directoryOf(config.directory, open);
    const offers = Array.from(open, ([name, { tasks }]) => ({
      name,
      tasks,
      named: namedTasks(config.connections[name] as ConnectionConfig),
    }));
    const { handlers, by } = assignTasks(config.tasks ?? {}, offers);
    return {
      file,
      connections: Array.from(open, ([name, connection]) => ({
        name,
        kind: (config.connections[name] as ConnectionConfig).kind,
        tasks: [...by].filter(([, who]) => who === name).map(([key]) => key),
        isDirectory: name === config.directory,
        check: (signal) => connection.check(signal),
      })),
      tasks: handlers,
      ownTasks: [...by].filter(([, name]) => name === null).map(([key]) => key),
      doneBy: (key) => by.get(key) ?? null,
      directory,
      usePeople: (given) => {
        people = given;
      },
      close,
    };
  } catch (error) {
    await close();
    throw atFile(file, error);
  }
}

/** Puts the place of the connection before what it refuses. */
async function atPath<T>(path: string, openIt: () => Promise<T>): Promise<T> {
  try {
    return await openIt();
  } catch (error) {
    if (!LifecycleError.is(error)) throw error;
    const { field } = error.details as { readonly field?: unknown };
    if (typeof field === 'string' && field.startsWith(path)) throw error;
    const details = { ...error.details, field: typeof field === 'string' ? `${path}.${field}` : path };
    throw new LifecycleError(error.code, `${path}: ${error.message}`, details, { cause: error });
  }
}

function namedTasks(fields: ConnectionConfig): readonly string[] | null {
  return 'tasks' in fields && fields.tasks !== undefined ? fields.tasks : null;
}

function directoryOf(
  name: string | undefined,
  open: ReadonlyMap<string, Connection>,
): OpenConfig['directory'] {
  if (name === undefined) return null;
  const found = open.get(name)?.directory ?? null;
  if (found) return found;
  const withPeople = [...open].filter(([, { directory }]) => directory !== null).map(([one]) => one);
  throw unknownWord({ path: 'directory', value: name }, withPeople);
}
