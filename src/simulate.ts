/** `tenure/simulate`: the production engine in virtual time, what-if comparisons and their reports. */
export type { Bottleneck } from './simulate/bottleneck.ts';
export type { CalendarDay } from './simulate/calendar.ts';
export {
  type CompareOptions,
  type Comparison,
  compare,
  compareFiles,
  compareRead,
  type OutcomeMove,
  type PersonDifference,
  type PersonOutcome,
  type WorkflowComparison,
} from './simulate/compare.ts';
export type { DurationShape } from './simulate/durations.ts';
export type { DurationFigures, HistogramBar } from './simulate/histogram.ts';
export {
  type ReadScenario,
  type ReadScenarioOptions,
  readScenario,
  readScenarioFile,
} from './simulate/read-scenario.ts';
export { comparisonReport } from './simulate/report/comparison-report.ts';
export { calendarCsv, differencesCsv, runsCsv } from './simulate/report/csv.ts';
export { simulationReport } from './simulate/report/simulation-report.ts';
export {
  COMPARISON_FILES,
  comparisonFiles,
  type ReportFile,
  type ReportFileKind,
  SIMULATION_FILES,
  simulationFiles,
} from './simulate/report-files.ts';
export type {
  Delay,
  DelayCause,
  FailureFigures,
  LeftOutFigures,
  LoadBucket,
  SimulatedRun,
  SimulatedUser,
  SimulationResult,
  StatusCounts,
  TaskFigures,
  WorkflowFigures,
} from './simulate/result.ts';
export type * from './simulate/scenario.ts';
export { SCENARIO_SCHEMA } from './simulate/scenario-schema.ts';
export { SCENARIOS } from './simulate/scenarios/index.ts';
export { type SimulateOptions, simulate, simulateFile, simulateRead } from './simulate/simulate.ts';
export type { SimulationOptions, SimulationProgress } from './simulate/simulation-options.ts';
export { type ClockSession, type VirtualClock, virtualClock } from './simulate/virtual-clock.ts';
