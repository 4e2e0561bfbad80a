/** Working folder and child processes of the bench. */
import { type ChildProcess, fork } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Sample, Side } from './measure.ts';

const CHILD = fileURLToPath(new URL('child.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const NODE_FLAGS = ['--disable-warning=ExperimentalWarning'];
/** How long processes may take to exit after a signal, ms. */
const GRACE_MS = 5_000;
/** Characters of a process's first output that an error quotes. */
const QUOTE_MAX = 2_000;

/** A message of a running side. */
export type Message = { readonly kind: string } & Readonly<Record<string, unknown>>;

/** A side running in a process of its own. */
export class Worker {
  readonly #process: ChildProcess;
  readonly #messages: Message[] = [];
  #wake: () => void = () => {};
  #isEnded = false;
  #stderr = '';
  readonly ended: Promise<void>;

  constructor(child: ChildProcess) {
    this.#process = child;
    child.on('message', (message) => {
      this.#messages.push(message as Message);
      this.#wake();
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(0, QUOTE_MAX);
    });
    this.ended = new Promise((resolve) => {
      const end = (): void => {
        this.#isEnded = true;
        this.#wake();
        resolve();
      };
      child.once('close', end);
      child.once('error', (error) => {
        this.#stderr += error.message;
        end();
      });
    });
  }

  /** The next message of these kinds; others before it are dropped. @throws Error when the process ends first. */
  async next(...kinds: readonly string[]): Promise<Message> {
    for (;;) {
      const message = this.#messages.shift();
      if (message?.kind === 'failed') throw new Error(String(message.reason));
      if (message && kinds.includes(message.kind)) return message;
      if (message) continue;
      if (this.#isEnded)
        throw new Error(
          `Expected the process to send ${kinds.join(' or ')}, got its exit: ${this.#stderr.trim()}`,
        );
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Sends a message to the process. */
  send(message: Message): void {
    this.#process.send(message);
  }

  /** Ends the process, and waits until it has. */
  async end(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.#process.kill(signal);
    await this.ended;
  }
}

/** Folders and processes of one run of the bench; closing removes all of them. */
export class Site {
  readonly #root: string;
  readonly #workers = new Set<Worker>();

  /** Files lie beside the working folder, since a temporary folder may be in memory. */
  constructor(parent: string = process.cwd()) {
    this.#root = mkdtempSync(join(parent, '.bench-'));
  }

  /** Creates a folder. */
  folder(): string {
    return mkdtempSync(join(this.#root, 'f-'));
  }

  /** Creates a folder with copies of the files of another one. */
  copyOf(folder: string): string {
    const copy = this.folder();
    cpSync(folder, copy, { recursive: true });
    return copy;
  }

  remove(folder: string): void {
    rmSync(folder, { recursive: true, force: true });
  }

  /** Starts `bench/sides/<module>.ts`, or another module of the bench, with `input`. */
  start(module: string, input: object): Worker {
    const path = module.includes('/') ? module : `sides/${module}`;
    const child = fork(CHILD, [`./${path}.ts`, JSON.stringify(input)], {
      cwd: ROOT,
      execArgv: NODE_FLAGS,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const worker = new Worker(child);
    this.#workers.add(worker);
    void worker.ended.then(() => this.#workers.delete(worker));
    return worker;
  }

  /** A side that runs each time in a fresh process with an empty folder. */
  side(name: string, module: string, input: object): Side {
    return {
      name,
      go: async () => {
        const folder = this.folder();
        const worker = this.start(module, { ...input, folder });
        const { sample } = await worker.next('done');
        await worker.ended;
        this.remove(folder);
        return sample as Sample;
      },
    };
  }

  /** Ends all processes and removes all files. */
  async close(): Promise<void> {
    const timer = setTimeout(() => {
      for (const worker of this.#workers) void worker.end();
    }, GRACE_MS);
    await Promise.all([...this.#workers].map((worker) => worker.end('SIGTERM')));
    clearTimeout(timer);
    rmSync(this.#root, { recursive: true, force: true });
  }
}
