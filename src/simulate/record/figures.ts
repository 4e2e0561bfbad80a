/** Figures that a record and a simulation both have, so that they can be laid side by side. */
import type { ProcessingStatus, UserStatus } from '../../model/status.ts';
import { DAY_MS, type DurationMs, type EpochMs } from '../../model/time.ts';
import { isTerminal } from '../../rules/status/transitions.ts';
import { type DurationFigures, Histogram, type HistogramBar } from '../metrics/histogram.ts';
import type { StatusCounts } from '../metrics/status-counts.ts';
import type { Period } from './period.ts';

/** A percentile of the latency, and the interval that has it in 19 of 20 samples of as many independent people. */
export interface LatencyPercentile {
  /** 0..1. */
  readonly share: number;
  readonly ms: DurationMs;
  readonly lowMs: DurationMs;
  readonly highMs: DurationMs;
}

/** Figures of a period. */
export interface PeriodFigures {
  readonly runsCount: number;
  readonly runs: StatusCounts;
  readonly usersCount: number;
  /** People in runs. */
  readonly users: StatusCounts;
  /** From the moment for which a run was scheduled, or activated, to the end of the person. */
  readonly latency: DurationFigures;
  readonly latencyPercentiles: readonly LatencyPercentile[];
  readonly latencyBars: readonly HistogramBar[];
  /** People that ended in each hour of the day, 0..23, in the time zone of the scenario. */
  readonly byHour: readonly number[];
  /** People that ended on each day of the period. */
  readonly byDay: readonly number[];
}

/** Edges of the latency bars: the latency roughly doubles from one to the next. */
const BAR_EDGES_MS = [0, ...Array.from({ length: 20 }, (_, at) => 500 * 2 ** at)];
const HOURS = 24;
const PERCENTILES = [0.5, 0.9, 0.95, 0.99] as const;
/** Standard deviations on both sides of an interval that holds 19 of 20. */
export const DEVIATIONS_95 = 1.96;

type FiguresPeriod = Pick<Period, 'zone' | 'startMs' | 'days'>;

/** Counts the runs and users of a period. */
export class FiguresTally {
  readonly #period: FiguresPeriod;
  readonly #runs: Record<string, number> = {};
  readonly #users: Record<string, number> = {};
  readonly #latency = new Histogram();
  readonly #byHour = new Array<number>(HOURS).fill(0);
  readonly #byDay: number[];

  constructor(period: FiguresPeriod) {
    this.#period = period;
    this.#byDay = new Array<number>(period.days).fill(0);
  }

  addRun(status: ProcessingStatus): void {
    const counted = isTerminal(status) ? status : 'unfinished';
    this.#runs[counted] = (this.#runs[counted] ?? 0) + 1;
  }

  addUser(status: UserStatus | 'unfinished', scheduledMs: EpochMs, completedMs: EpochMs | null): void {
    const counted = status !== 'unfinished' && isTerminal(status) ? status : 'unfinished';
    this.#users[counted] = (this.#users[counted] ?? 0) + 1;
    if (completedMs === null) return;
    this.#latency.add(Math.max(0, completedMs - scheduledMs));
    const { zone, startMs } = this.#period;
    const hour = new Date(completedMs + zone.offsetAt(completedMs)).getUTCHours();
    this.#byHour[hour] = (this.#byHour[hour] ?? 0) + 1;
    const localMs = completedMs + zone.offsetAt(completedMs) - (startMs + zone.offsetAt(startMs));
    const day = Math.floor(localMs / DAY_MS);
    if (day >= 0 && day < this.#byDay.length) this.#byDay[day] = (this.#byDay[day] ?? 0) + 1;
  }

  figures(): PeriodFigures {
    const sum = (counts: StatusCounts): number =>
      Object.values(counts).reduce((total, count) => total + count, 0);
    return {
      runsCount: sum(this.#runs),
      runs: this.#runs,
      usersCount: sum(this.#users),
      users: this.#users,
      latency: this.#latency.figures(),
      latencyPercentiles: PERCENTILES.map((share) => percentileOf(this.#latency, share)),
      latencyBars: this.#latency.bars(BAR_EDGES_MS),
      byHour: this.#byHour,
      byDay: this.#byDay,
    };
  }
}

function percentileOf(latency: Histogram, share: number): LatencyPercentile {
  const spread = DEVIATIONS_95 * Math.sqrt((share * (1 - share)) / Math.max(1, latency.count));
  return {
    share,
    ms: latency.quantileMs(share),
    lowMs: latency.quantileMs(Math.max(0, share - spread)),
    highMs: latency.quantileMs(Math.min(1, share + spread)),
  };
}
