/** The processes of a simulation: one, or several on one store whose runs are cut into slices. */
import type { Engine } from '../../engine/engine.ts';
import type { DurationMs } from '../../model/time.ts';
import { isTerminal } from '../../rules/status/transitions.ts';
import type { VirtualClock } from '../../system/virtual/virtual-clock.ts';
import type { Delays } from '../metrics/delays.ts';
import { processesOf } from '../scenario/read-scenario.ts';
import { Idleness } from './idle-clock.ts';
import type { Write } from './observed-store.ts';
import {
  commonGate,
  type ProcessDeps,
  type SharedByProcesses,
  SimulatedProcess,
} from './simulated-process.ts';

/** Dependencies of a {@link ProcessGroup}. */
export interface GroupDeps extends Omit<ProcessDeps, 'no' | 'shared'> {
  readonly clock: VirtualClock;
  readonly delays: Delays;
}

/** All processes, by their numbers. */
export class ProcessGroup {
  readonly #deps: GroupDeps;
  readonly #shared: SharedByProcesses | null;
  readonly all: readonly [SimulatedProcess, ...SimulatedProcess[]];

  constructor(deps: GroupDeps) {
    const { read, now } = deps;
    const count = processesOf(read.scenario);
    const shared =
      count === 1
        ? null
        : { idleness: new Idleness(), gate: commonGate(read.scenario, now), gates: new Map() };
    const make = (no: number) => new SimulatedProcess({ ...deps, no, shared });
    this.#deps = deps;
    this.#shared = shared;
    this.all = [make(1), ...Array.from({ length: count - 1 }, (_, index) => make(index + 2))];
  }

  /** The engine that callers use: that of the first process that is on; `null`: all are off. */
  get engine(): Engine | null {
    return this.all.find(({ engine }) => engine !== null)?.engine ?? null;
  }

  get calls(): number {
    return this.all.reduce((sum, { calls }) => sum + calls, 0);
  }

  /** Virtual time of all calls. */
  get callsMs(): DurationMs {
    return this.all.reduce((sum, { callsMs }) => sum + callsMs, 0);
  }

  /** Notes what a commit wrote: while no run is open, the processes rest. */
  wrote(writes: readonly Write[]): void {
    const { idleness } = this.#shared ?? {};
    if (!idleness) return;
    for (const write of writes) {
      if (write.kind === 'run') idleness.changed(write.run.id, !isTerminal(write.run.processingStatus));
      else if (write.kind === 'runRemoved') idleness.changed(write.runId, false);
    }
  }

  /** Starts the first process, whose engine is open, and the others. */
  async start(): Promise<void> {
    for (const process of this.all) await this.#deps.clock.until((process.engine ?? process.open()).start());
  }

  /** Ends the process `no`, or all of them. */
  async halt(no: number | undefined, how: 'stop' | 'kill'): Promise<void> {
    for (const process of this.#numbered(no)) await process.halt(how);
    this.countRunning();
  }

  /** Starts the process `no` again, or all of them. */
  async restart(no: number | undefined): Promise<void> {
    const { trace, clock, now } = this.#deps;
    for (const process of this.#numbered(no)) {
      const engine = process.open();
      this.countRunning();
      trace.add(now(), this.#shared ? `on ${process.no}` : 'on');
      await clock.until(engine.start());
    }
  }

  /** Tells the delays how many processes are on. */
  countRunning(): void {
    this.#deps.delays.running(this.all.filter(({ engine }) => engine !== null).length);
  }

  /** Ends all of them at the horizon. */
  end(): void {
    for (const process of this.all) process.end();
  }

  #numbered(no: number | undefined): readonly SimulatedProcess[] {
    return this.all.filter((process) => no === undefined || process.no === no);
  }
}
