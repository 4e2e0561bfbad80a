import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { findTaskDefinition } from '../../catalogue/task-definitions.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TaskContext } from '../../ports/task-handler.ts';
import { CliError, messageOf } from '../terminal/cli-error.ts';

/** How every line of ours begins; an end of file that begins so and has no line break was cut by a kill. */
const LINE_START = '{"idempotencyKey":';
/** Longer than any line that was cut: arguments are at most 100 of 64 KiB, and few are long. */
const TAIL_BYTES_MAX = 8 * 1_024 * 1_024;
const LF = 0x0a;

/** Whether a file that begins so is an effects file. */
export function isEffects(beginning: string): boolean {
  return beginning.startsWith(LINE_START);
}

/**
 * A file to which each task that was carried out adds one line of JSON.
 *
 * `append` resolves when the line is with the operating system, so a task that counts as done has its
 * line whatever becomes of this process (not of the machine: nothing is synced). Lines of one moment go
 * out in one write. A kill in the middle of it can leave part of a line, of a task that does not count
 * as done: the next opening takes it away.
 */
export class EffectsFile {
  readonly path: string;
  readonly #fd: number;
  readonly #clock: Clock;
  #waiting: string[] = [];
  #written: Promise<void> | null = null;
  #count = 0;
  /** A write failed half way: the next one starts on a line of its own. */
  #isTorn = false;

  /** Opens the file, or makes it. @throws CliError when it cannot be written. */
  constructor(path: string, clock: Clock) {
    this.path = path;
    this.#clock = clock;
    try {
      this.#fd = openSync(path, 'a+');
      this.#isTorn = mendTail(this.#fd);
    } catch (cause) {
      throw new CliError(`Expected to write effects to ${path}, got ${messageOf(cause)}`, null, { cause });
    }
  }

  /** Lines that this process has added. */
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
    arguments: context.arguments,
    attempt: context.attempt,
    interruptions: context.interruptions,
    at: new Date(nowMs).toISOString(),
  };
  return `${JSON.stringify(line)}\n`;
}

/** Takes a cut line of ours away; `true` when a last line of somebody else lacks its line break. */
function mendTail(fd: number): boolean {
  const { size } = fstatSync(fd);
  const length = Math.min(size, TAIL_BYTES_MAX);
  const tail = Buffer.alloc(length);
  for (let read = 0; read < length; ) {
    const bytes = readSync(fd, tail, read, length - read, size - length + read);
    if (bytes === 0) break;
    read += bytes;
  }
  if (length === 0 || tail.at(-1) === LF) return false;
  const start = tail.lastIndexOf(LF) + 1;
  const last = tail.subarray(start).toString('utf8');
  const isOurs = last.startsWith(LINE_START) || LINE_START.startsWith(last);
  if (!isOurs || (start === 0 && length < size)) return true;
  ftruncateSync(fd, size - length + start);
  return false;
}
