/** `tenure/simulate`: the production engine in virtual time, what-if comparisons and their reports. */

export { type CompareOptions, compare, compareFiles, compareRead } from './simulate/compare.ts';
export type {
  Comparison,
  OutcomeMove,
  PersonDifference,
  PersonOutcome,
  WorkflowComparison,
} from './simulate/comparison/comparison.ts';
export type { MeasureDifference, SeedsComparison } from './simulate/comparison/over-seeds.ts';
export type { Bottleneck } from './simulate/metrics/bottleneck.ts';
export type { CalendarDay } from './simulate/metrics/calendar.ts';
export type { Delay, DelayCause } from './simulate/metrics/delay.ts';
export type { DurationFigures, HistogramBar } from './simulate/metrics/histogram.ts';
export type { StatusCounts } from './simulate/metrics/status-counts.ts';
export type { LatencyPercentile, PeriodFigures } from './simulate/record/figures.ts';
export {
  type ScenarioFromOptions,
  type ScenarioFromRecord,
  scenarioFrom,
} from './simulate/record/scenario-from.ts';
export {
  type ValidateOptions,
  type Validation,
  type ValidationMeasure,
  validateScenario,
} from './simulate/record/validate.ts';
export { comparisonReport } from './simulate/report/comparison-report.ts';
export { calendarCsv, differencesCsv, runsCsv } from './simulate/report/csv.ts';
export {
  COMPARISON_FILES,
  comparisonFiles,
  type ReportFile,
  type ReportFileKind,
  SIMULATION_FILES,
  SIZING_FILES,
  simulationFiles,
  sizingFiles,
  VALIDATION_FILES,
  validationFiles,
} from './simulate/report/report-files.ts';
export { simulationReport } from './simulate/report/simulation-report.ts';
export { sizingReport } from './simulate/report/sizing-report.ts';
export { validationReport } from './simulate/report/validation-report.ts';
export type {
  FailureFigures,
  LeftOutFigures,
  LoadBucket,
  ProcessFigures,
  SimulatedRun,
  SimulatedUser,
  SimulationFigures,
  SimulationResult,
  TaskFigures,
  WorkflowFigures,
} from './simulate/result.ts';
export type { DurationPoint, DurationShape } from './simulate/scenario/duration-shape.ts';
export {
  type ReadScenario,
  type ReadScenarioOptions,
  readScenario,
  readScenarioFile,
} from './simulate/scenario/read-scenario.ts';
export type * from './simulate/scenario/scenario.ts';
export { SCENARIO_SCHEMA } from './simulate/scenario/scenario.ts';
export { SCENARIOS } from './simulate/scenarios/named-scenarios.ts';
export { type SimulateOptions, simulate, simulateFile, simulateRead } from './simulate/simulate.ts';
export type { SimulationOptions, SimulationProgress } from './simulate/simulation-options.ts';
export type { Binding } from './simulate/sizing/binding.ts';
export type { Goal } from './simulate/sizing/goal.ts';
export type { SizingProgress } from './simulate/sizing/simulator.ts';
export { type SizeOptions, size, sizeRead } from './simulate/sizing/size.ts';
export type { GoalEstimate, GoalState, SizedSetting } from './simulate/sizing/sized.ts';
export type { Sizing, SizingSearch, VariedDimension } from './simulate/sizing/sizing.ts';
export type { Dimension, Term } from './simulate/sizing/vary.ts';
export type { Estimate } from './simulate/statistics/intervals.ts';
export {
  type CompareVersionsOptions,
  compareVersions,
  type VersionsCompared,
} from './simulate/versions/compare-versions.ts';
export type { TaskFigure } from './simulate/versions/task-figures.ts';
export { type ClockSession, type VirtualClock, virtualClock } from './system/virtual/virtual-clock.ts';
