import type { Clock } from '../ports/clock.ts';
import type { Interrupts } from './terminal/interrupts.ts';
import type { Output } from './terminal/output.ts';

/** What a command works with, besides its options. */
export interface Host {
  /** Results. Nothing else: it may be read by a program. */
  readonly stdout: Output;
  /** Everything that is not the result. */
  readonly stderr: Output;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly interrupts: Interrupts;
  /** How the user calls this program, for commands that he can paste: `npx tenure`. */
  readonly self: string;
}
