import type { EventSink } from '../../events/event-map.ts';
import type { Recorder } from '../../ledger/recording/recorder.ts';
import type { Collector, TaskMeter } from '../../metrics/collector.ts';
import { LIMITS } from '../../model/limits.ts';
import type { RunRecord } from '../../model/records.ts';
import type { SliceKey } from '../../model/slices.ts';
import { type BoundTask, nameOf } from '../handlers/handlers.ts';
import type { UnsettledAttempts } from '../handlers/unsettled-attempts.ts';
import type { LaneClient, Lanes } from '../lanes/lanes.ts';
import type { TimeSlice } from '../lanes/time-slice.ts';
import type { EnginePorts, EngineSettings } from '../settings.ts';

/** Users that are made ready beyond free lanes while outcomes are committed, per lane: more make commits larger, and no faster. */
const RESERVE_PER_LANE = 2;

/** A driver, as the other parts of the engine see it. */
interface Driver extends LaneClient, SliceKey {}

/** Shared by all drivers of an engine. */
export interface DriverDeps {
  readonly ports: EnginePorts;
  readonly settings: EngineSettings;
  readonly recorder: Recorder;
  readonly collector: Collector;
  readonly lanes: Lanes;
  readonly unsettled: UnsettledAttempts;
  readonly timeSlice: TimeSlice;
  readonly events: EventSink;
  /** Active users over all drivers, and the drivers that could not start more users because of them. */
  readonly load: { activeUsers: number; readonly starved: Set<Driver> };
  /** Called when a driver may leave lanes idle: its users wait for a retry, or fewer of them are left. */
  readonly eased: () => void;
  /** Called when a driver has released its slice: it has ended, is lost, or handed back. */
  readonly ended: (driver: Driver, isLost: boolean) => void;
}

/** Wakes the drivers that could not start more users, since there is room now. */
export function wakeStarved({ lanes, load }: DriverDeps): void {
  if (load.starved.size === 0) return;
  const starved = [...load.starved];
  load.starved.clear();
  for (const driver of starved) lanes.wake(driver);
}

/**
 * Number of users that a driver may start: as many as free lanes could serve, or its fair share of all lanes when
 * others hold them. While outcomes are being committed, as many more are made ready: otherwise lanes would be
 * empty until their users may go on.
 *
 * @param own its lanes with a running handler, its users that are ready or about to start, and all its active users.
 */
export function startRoom(
  { lanes, load, recorder }: Pick<DriverDeps, 'lanes' | 'load' | 'recorder'>,
  driver: Driver,
  own: { readonly busy: number; readonly ready: number; readonly active: number },
): number {
  const share = Math.ceil(Math.min(lanes.concurrency, LIMITS.activeUsersMax) / lanes.clients);
  const reserve = Math.min(RESERVE_PER_LANE * share, Math.ceil(recorder.uncommitted / lanes.clients));
  const forLanes = Math.max(lanes.concurrency - lanes.busy, share - own.busy) + reserve - own.ready;
  const forMemory = Math.max(LIMITS.activeUsersMax - load.activeUsers, share - own.active);
  if (forMemory <= 0) load.starved.add(driver);
  return Math.min(forLanes, forMemory);
}

/** The meters of a run's tasks, by position; none for a preview, which is not measured. */
export function metersOf(
  { collector }: Pick<DriverDeps, 'collector'>,
  { workflowExecutionType }: Pick<RunRecord, 'workflowExecutionType'>,
  tasks: readonly BoundTask[],
): readonly TaskMeter[] {
  if (workflowExecutionType === 'preview') return [];
  return tasks.map(({ task }) => collector.task(nameOf(task.taskDefinitionId)));
}
