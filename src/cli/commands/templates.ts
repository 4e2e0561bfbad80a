import { Command } from 'commander';
import { findTaskDefinition, WORKFLOW_TEMPLATES } from '../../catalogue/index.ts';
import type { WorkflowTemplate } from '../../model/workflow.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Host } from '../host.ts';
import { jsonOption } from '../options.ts';
import { whenText } from '../trigger-text.ts';

const HELP = `
Example:
  $ tenure run --users staff.csv --workflow "Post-Onboarding of an employee" --arg groupID=staff teamID=news \\
      --tasks ./handlers.mjs`;

/** `tenure templates`. */
export function templatesCommand(host: Host, end: (code: ExitCode) => void): Command {
  return new Command('templates')
    .summary('list the workflows that are ready to use')
    .description(
      'Lists the workflows that are ready to use, with their tasks and the arguments that they leave open.',
    )
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(({ json }: { readonly json?: boolean }) => {
      if (json) host.stdout.line(JSON.stringify({ value: WORKFLOW_TEMPLATES }, null, 2));
      else
        for (const line of WORKFLOW_TEMPLATES.flatMap((one) => templateLines(host, one)))
          host.stdout.line(line);
      end(EXIT.ok);
    });
}

function templateLines({ stdout }: Host, template: WorkflowTemplate): string[] {
  const { style } = stdout;
  const tasks = template.tasks.map(({ taskDefinitionId, arguments: pairs }) => {
    const open = pairs.filter(({ value }) => value === '').map(({ name }) => `--arg ${name}=…`);
    const key = findTaskDefinition(taskDefinitionId)?.key ?? taskDefinitionId;
    return `    ${[key, ...open].join('  ')}`;
  });
  return [
    `${style.bold(template.displayName)} ${style.dim(`(${template.category}, ${whenText(template.executionConditions)})`)}`,
    `  ${template.description}`,
    `  ${style.dim(template.id)}`,
    ...tasks,
    '',
  ];
}
