import type { Clock } from '../ports/clock.ts';
import type { Interrupts } from './terminal/interrupts.ts';
import type { Output } from './terminal/output.ts';

/** The environment of a command: output streams, clock, variables. */
export interface Host {
  /** Only for results, which may be read by a program. */
  readonly stdout: Output;
  /** For everything else. */
  readonly stderr: Output;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly interrupts: Interrupts;
  /** How the user calls this program, for commands to paste: `npx tenure`. */
  readonly self: string;
}
