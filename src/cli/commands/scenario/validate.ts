import { chanceText, measureTexts } from '../../../simulate/report/validation-report.ts';
import type { ScenarioFromRecord, Validation } from '../../../simulate.ts';
import type { Host } from '../../host.ts';
import { type Simulate, simulationBar, writeReport } from '../../simulation.ts';
import { tableLines } from '../../terminal/table.ts';

/** Options of the check of a scenario. */
export interface ValidateCliOptions {
  readonly seed: number;
  readonly report?: string;
  readonly out?: string;
  readonly quiet?: boolean;
}

/** Simulates the recorded time by the scenario, and shows both side by side: on stdout, unless the scenario is there. */
export async function validate(
  host: Host,
  library: Simulate,
  made: ScenarioFromRecord,
  { seed, report, out, quiet = false }: ValidateCliOptions,
): Promise<void> {
  const bar = simulationBar(host, !quiet, 'check ');
  const validation = await library
    .validateScenario(made, { seed, onProgress: bar.update })
    .finally(() => bar.stop());
  const output = out === undefined ? host.stderr : host.stdout;
  for (const line of validationLines(validation)) output.line(line);
  if (report === undefined) return;
  const files = await writeReport(report, library.validationFiles(validation));
  if (!quiet) host.stderr.line(`Wrote ${files.join(', ')}`);
}

function validationLines({ measures }: Validation): readonly string[] {
  const right = (head: string) => ({ head, align: 'right' }) as const;
  const columns = [
    { head: 'FIGURE' },
    right('RECORDED'),
    right('SIMULATED'),
    right('ERROR'),
    { head: 'THE DIFFERENCE IS' },
  ];
  return tableLines(
    columns,
    measures.map((measure) => [measure.name, ...measureTexts(measure), chanceText(measure)]),
  );
}
