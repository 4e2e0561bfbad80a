import type { Subject } from '../../model/subject.ts';
import type { DurationMs } from '../../model/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TaskHandler } from '../../ports/task-handler.ts';

/** What goes wrong with one request to a system. */
export interface ConnectorFault {
  /** Completes "when the system …" in titles: `answers 503`. */
  readonly name: string;
  /** Whether the task has to succeed when it is called again. Else it may fail for good. */
  readonly isTransient: boolean;
  /**
   * Where the system is blind: how many effects may come of it beside those of an undisturbed call. Default: any number.
   */
  readonly repeatsMax?: number;
}

/** A system with one person and one task, for one test. */
export interface ConnectorSystem<Fault extends ConnectorFault> {
  /** The handler, with a connection of its own, as a process that has just started has it. */
  connect(clock: Clock): TaskHandler | Promise<TaskHandler>;
  /** The person that the task is done for. */
  readonly subject: Subject;
  /** Default: none. */
  readonly arguments?: Readonly<Record<string, string>>;
  /** What the task is about, as plain data: compared by value. */
  state(): Promise<unknown>;
  /** How often the system has changed anything, or sent something. */
  effects(): number;
  /** Requests so far. */
  requests(): number;
  /** Has the request after `requests` further ones meet the fault, once. */
  inject(fault: Fault, requests: number): void;
  /** Ends the test. */
  dispose(): Promise<void>;
}

/** The task under test. */
export interface ConnectorSubject<Fault extends ConnectorFault = ConnectorFault> {
  /** In titles. */
  readonly name: string;
  /** A system in which the task has something to do. */
  make(): Promise<ConnectorSystem<Fault>>;
  /** What can happen to a request. Each is tried at each request of the task. */
  readonly faults: readonly Fault[];
  /** What no message may contain: passwords, tokens. */
  readonly secrets?: readonly string[];
  /**
   * Whether the system cannot be asked what has happened, so that a lost answer can mean a second effect: mail. Then
   * the final state has to be the same but for that. Default `false`.
   */
  readonly isBlind?: boolean;
}

/** How one call of a handler ended. */
export type CallEnd =
  | { readonly kind: 'done'; readonly changes: readonly string[]; readonly processingInfo: string | null }
  | { readonly kind: 'retry'; readonly delayMs: DurationMs; readonly error: unknown }
  | { readonly kind: 'failed'; readonly error: unknown };
