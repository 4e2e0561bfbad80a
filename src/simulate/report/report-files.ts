import type { Comparison } from '../comparison/comparison.ts';
import type { Validation } from '../record/validate.ts';
import type { SimulationResult } from '../result.ts';
import type { Sizing } from '../sizing/sizing.ts';
import { comparisonReport } from './comparison-report.ts';
import { calendarCsv, differencesCsv, runsCsv } from './csv.ts';
import { PAGE_BEGINNING } from './page.ts';
import { simulationReport } from './simulation-report.ts';
import { sizingReport } from './sizing-report.ts';
import { validationReport } from './validation-report.ts';

/** A file of a report: what follows the common part of its name, and its text (UTF-8). */
export interface ReportFile {
  readonly suffix: string;
  readonly text: string;
}

/** A file that a report will have. */
export interface ReportFileKind {
  /** What follows the common part of its name. */
  readonly suffix: string;
  /** Whether a file that begins so is one of this kind, so that a new report may replace it. */
  isOurs(beginning: string): boolean;
}

const PAGE: ReportFileKind = { suffix: '.html', isOurs: (text) => text.startsWith(PAGE_BEGINNING) };

/** The files of {@link simulationFiles}. */
export const SIMULATION_FILES: readonly ReportFileKind[] = [
  PAGE,
  { suffix: '.json', isOurs: (text) => /^\{\n {2}"scenario": \{\n {4}"name": /.test(text) },
  { suffix: '.runs.csv', isOurs: (text) => text.startsWith(runsCsv([])) },
  { suffix: '.days.csv', isOurs: (text) => text.startsWith(calendarCsv({ calendar: [] })) },
];

/** The files of {@link comparisonFiles}. */
export const COMPARISON_FILES: readonly ReportFileKind[] = [
  PAGE,
  { suffix: '.json', isOurs: (text) => /^\{\n {2}"seed": -?\d+,\n {2}"differingParts": \[/.test(text) },
  { suffix: '.people.csv', isOurs: (text) => text.startsWith(differencesCsv({ people: [] })) },
];

/** The files of {@link validationFiles}. */
export const VALIDATION_FILES: readonly ReportFileKind[] = [
  PAGE,
  { suffix: '.json', isOurs: (text) => /^\{\n {2}"seed": -?\d+,\n {2}"scenario": \{/.test(text) },
];

/** The files of {@link sizingFiles}. */
export const SIZING_FILES: readonly ReportFileKind[] = [
  PAGE,
  { suffix: '.json', isOurs: (text) => /^\{\n {2}"goals": \[/.test(text) },
];

/** The files of a simulation's report: the page, and beside it JSON, runs and days. */
export function simulationFiles(result: SimulationResult): readonly ReportFile[] {
  return [
    { suffix: '.html', text: simulationReport(result) },
    { suffix: '.json', text: jsonOf(result) },
    { suffix: '.runs.csv', text: runsCsv(result.runs) },
    { suffix: '.days.csv', text: calendarCsv(result) },
  ];
}

/** The files of a comparison's report: the page, JSON, and the people whose outcomes differ. */
export function comparisonFiles(comparison: Comparison): readonly ReportFile[] {
  return [
    { suffix: '.html', text: comparisonReport(comparison) },
    { suffix: '.json', text: jsonOf(comparison) },
    { suffix: '.people.csv', text: differencesCsv(comparison) },
  ];
}

/** The files of a validation's report: the page, and JSON. */
export function validationFiles(validation: Validation): readonly ReportFile[] {
  return [
    { suffix: '.html', text: validationReport(validation) },
    { suffix: '.json', text: jsonOf(validation) },
  ];
}

/** The files of a sizing's report: the page, and JSON. */
export function sizingFiles(sizing: Sizing): readonly ReportFile[] {
  return [
    { suffix: '.html', text: sizingReport(sizing) },
    { suffix: '.json', text: jsonOf(sizing) },
  ];
}

function jsonOf(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
