/** What a comparison of two scenarios is. */
import type { DurationMs } from '../../model/time.ts';
import type { SimulatedUser, SimulationResult, WorkflowFigures } from '../result.ts';
import type { SeedsComparison } from './over-seeds.ts';

/** One person's results in both scenarios. */
export interface PersonDifference {
  readonly kind: 'onlyA' | 'onlyB' | 'outcome';
  readonly workflow: string;
  readonly subjectId: string;
  readonly drawKey: string;
  readonly a: PersonOutcome | null;
  readonly b: PersonOutcome | null;
}

/** A person's result in one scenario. */
export interface PersonOutcome {
  readonly status: SimulatedUser['status'];
  readonly failureReason: string | null;
  readonly latencyMs: DurationMs | null;
}

/** Results of a workflow in both scenarios. `null`: the scenario does not have it. */
export interface WorkflowComparison {
  readonly key: string;
  readonly a: WorkflowFigures | null;
  readonly b: WorkflowFigures | null;
  /** People who are processed in one only. */
  readonly onlyA: number;
  readonly onlyB: number;
  readonly sameOutcome: number;
  readonly otherOutcome: number;
  /** People processed in both who fail (or complete with errors) in one and not in the other. */
  readonly failuresGained: number;
  readonly failuresLost: number;
  /** Sum over people who end in both: latency in A minus that in B. Above 0: B is faster. */
  readonly savedMs: DurationMs;
  readonly faster: number;
  readonly slower: number;
}

/** People who went from one outcome to another. */
export interface OutcomeMove {
  readonly workflow: string;
  readonly from: PersonOutcome['status'] | 'notProcessed';
  readonly to: PersonOutcome['status'] | 'notProcessed';
  readonly count: number;
}

/** Result of a comparison. */
export interface Comparison {
  readonly seed: number;
  /** Parts of the scenarios that differ: `workflows`, `capacity` … */
  readonly differingParts: readonly string[];
  /** Whether both have the same people in the same time; else differences are not the change's alone. */
  readonly hasSamePeople: boolean;
  readonly a: SimulationResult;
  readonly b: SimulationResult;
  readonly workflows: readonly WorkflowComparison[];
  /** Most frequent first; people whose outcome is the same are not in it. */
  readonly moves: readonly OutcomeMove[];
  readonly people: readonly PersonDifference[];
  /** Differences that are counted and not named. */
  readonly peopleDropped: number;
  /** Both over several seeds; `null`: all of this is of one seed, and differences of its size can be noise. */
  readonly overSeeds: SeedsComparison | null;
}
