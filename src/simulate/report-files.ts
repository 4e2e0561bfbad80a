import type { Comparison } from './compare.ts';
import { comparisonReport } from './report/comparison-report.ts';
import { calendarCsv, differencesCsv, runsCsv } from './report/csv.ts';
import { simulationReport } from './report/simulation-report.ts';
import type { SimulationResult } from './result.ts';

/** A file of a report: what follows the common part of its name, and its text (UTF-8). */
export interface ReportFile {
  readonly suffix: string;
  readonly text: string;
}

/** The files of a simulation's report: the page, and beside it JSON, runs and days. */
export function simulationFiles(result: SimulationResult): readonly ReportFile[] {
  return [
    { suffix: '.html', text: simulationReport(result) },
    { suffix: '.json', text: jsonOf(result) },
    { suffix: '.runs.csv', text: runsCsv(result.runs) },
    { suffix: '.days.csv', text: calendarCsv(result) },
  ];
}

/** The files of a comparison's report: the page, and beside it JSON and the people who end differently. */
export function comparisonFiles(comparison: Comparison): readonly ReportFile[] {
  return [
    { suffix: '.html', text: comparisonReport(comparison) },
    { suffix: '.json', text: jsonOf(comparison) },
    { suffix: '.people.csv', text: differencesCsv(comparison) },
  ];
}

function jsonOf(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
