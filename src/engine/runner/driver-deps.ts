import type { EventSink } from '../../events/event-map.ts';
import type { Recorder } from '../../ledger/recording/recorder.ts';
import type { UnsettledAttempts } from '../handlers/unsettled-attempts.ts';
import type { LaneClient, Lanes } from '../lanes/lanes.ts';
import type { TimeSlice } from '../lanes/time-slice.ts';
import type { EnginePorts, EngineSettings } from '../settings.ts';

/** A driver, as the engine's other parts know it. */
export interface Driver extends LaneClient {
  readonly runId: string;
}

/** What all drivers of an engine share. */
export interface DriverDeps {
  readonly ports: EnginePorts;
  readonly settings: EngineSettings;
  readonly recorder: Recorder;
  readonly lanes: Lanes;
  readonly unsettled: UnsettledAttempts;
  readonly timeSlice: TimeSlice;
  readonly events: EventSink;
  /** Users in flight over all drivers, and the drivers that could not take up more because of them. */
  readonly load: { activeUsers: number; readonly starved: Set<Driver> };
  /** All users of a driver wait for a retry's moment. */
  readonly parked: () => void;
  /** The driver has let go of its run: it is final, lost, or handed back. */
  readonly ended: (driver: Driver, isLost: boolean) => void;
}

/** Room was made: the drivers that could not take up more users try again. */
export function wakeStarved({ lanes, load }: DriverDeps): void {
  if (load.starved.size === 0) return;
  const starved = [...load.starved];
  load.starved.clear();
  for (const driver of starved) lanes.wake(driver);
}
