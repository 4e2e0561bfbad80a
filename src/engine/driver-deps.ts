import type { Recorder } from '../ledger/recorder.ts';
import type { EventSink } from '../model/events.ts';
import type { Breath } from './breath.ts';
import type { Lanes } from './lanes.ts';
import type { EnginePorts, EngineSettings } from './options.ts';
import type { RunDriver } from './run-driver.ts';

/** What all drivers of an engine share. */
export interface DriverDeps {
  readonly ports: EnginePorts;
  readonly settings: EngineSettings;
  readonly recorder: Recorder;
  readonly lanes: Lanes;
  readonly breath: Breath;
  readonly events: EventSink;
  /** Users in flight over all drivers, and the drivers that could not take up more because of them. */
  readonly load: { usersInFlight: number; readonly starved: Set<RunDriver> };
  /** All users of a driver wait for a retry's moment. */
  readonly parked: () => void;
  /** The driver has let go of its run: it is final, lost, or handed back. */
  readonly ended: (driver: RunDriver, isLost: boolean) => void;
}

/** Room was made: the drivers that could not take up more users try again. */
export function wakeStarved({ lanes, load }: DriverDeps): void {
  if (load.starved.size === 0) return;
  const starved = [...load.starved];
  load.starved.clear();
  for (const driver of starved) lanes.wake(driver);
}
