import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { findTaskDefinition } from '../../catalogue/task-definitions.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TaskContext } from '../../ports/task-handler.ts';
import { CliError, messageOf } from '../terminal/cli-error.ts';

/** Beginning of every line; a last line that begins so and has no line break was cut off by a kill. */
const LINE_START = '{"idempotencyKey":';
/** Longer than any line that can be cut off: arguments are at most 100 of 64 KiB, and few are long. */
const TAIL_BYTES_MAX = 8 * 1_024 * 1_024;
const LF = 0x0a;

/** Whether a file with this beginning is an effects file. */
export function isEffects(beginning: string): boolean {
  return beginning.startsWith(LINE_START);
}

/**
 * A file to which each task that was carried out adds one line of JSON.
 *
 * `append` resolves when the operating system has the line, so a completed task has its
 * line even when this process is killed (not when the machine fails: nothing is synced). Concurrent lines share
 * one write. A kill during it can leave part of a line, of a task that is not completed:
 * it is removed when the file is next opened.
 */
export class EffectsFile {
  readonly path: string;
  readonly #fd: number;
  readonly #clock: Clock;
  #waiting: string[] = [];
  #written: Promise<void> | null = null;
  #count = 0;
  /** A write failed half way: the next one starts on a new line. */
  #isTorn = false;

  /**
   * Opens or creates the file. @throws CliError when it cannot be written.
   *
   * @param isShared other processes may be adding lines: what looks cut off may be one of them, and stays.
   */
  constructor(path: string, clock: Clock, isShared = false) {
    this.path = path;
    this.#clock = clock;
    try {
      this.#fd = openSync(path, 'a+');
      this.#isTorn = mendTail(this.#fd, isShared);
    } catch (cause) {
      throw new CliError(`Expected to write effects to ${path}, got ${messageOf(cause)}`, null, { cause });
    }
  }

  /** Number of lines added by this process. */
  get count(): number {
    return this.#count;
  }

  /** Adds the line of a task. */
  append(context: TaskContext): Promise<void> {
    this.#waiting.push(lineOf(context, this.#clock.now()));
    this.#written ??= this.#clock.yield().then(() => this.#writeWaiting());
    return this.#written;
  }

  close(): void {
    closeSync(this.#fd);
  }

  #writeWaiting(): void {
    const lines = this.#waiting;
    this.#waiting = [];
    this.#written = null;
    const bytes = Buffer.from(`${this.#isTorn ? '\n' : ''}${lines.join('')}`);
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(this.#fd, bytes, done);
      this.#isTorn = done < bytes.length;
    }
    this.#count += lines.length;
  }
}

function lineOf(context: TaskContext, nowMs: number): string {
  const { task } = context;
  const line = {
    idempotencyKey: context.idempotencyKey,
    task: task.displayName,
    taskDefinition: findTaskDefinition(task.taskDefinitionId)?.key ?? task.taskDefinitionId,
    subject: context.subject.id,
    // Parameters of the catalogue that the workflow does not give are empty.
    arguments: Object.fromEntries(Object.entries(context.arguments).filter(([, value]) => value !== '')),
    attempt: context.attempt,
    interruptions: context.interruptions,
    at: new Date(nowMs).toISOString(),
  };
  return `${JSON.stringify(line)}\n`;
}

/** Removes a line that was cut off, unless it may be another process's; `true` when the last line lacks its line break. */
function mendTail(fd: number, isShared: boolean): boolean {
  const { size } = fstatSync(fd);
  const length = Math.min(size, TAIL_BYTES_MAX);
  const tail = Buffer.alloc(length);
  for (let read = 0; read < length; ) {
    const bytes = readSync(fd, tail, read, length - read, size - length + read);
    if (bytes === 0) break;
    read += bytes;
  }
  if (length === 0 || tail.at(-1) === LF) return false;
  if (isShared) return true;
  const start = tail.lastIndexOf(LF) + 1;
  const last = tail.subarray(start).toString('utf8');
  const isOurs = last.startsWith(LINE_START) || LINE_START.startsWith(last);
  if (!isOurs || (start === 0 && length < size)) return true;
  ftruncateSync(fd, size - length + start);
  return false;
}
