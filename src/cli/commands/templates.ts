import { Command } from 'commander';
import { findTaskDefinition } from '../../catalogue/task-definitions.ts';
import { WORKFLOW_TEMPLATES } from '../../catalogue/workflow-templates.ts';
import type { WorkflowTemplate } from '../../model/workflow/workflow.ts';
import { whenText } from '../../text/trigger-text.ts';
import type { Host } from '../host.ts';
import { jsonOption } from '../options.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';

const HELP = `
Example:
  $ tenure run --users staff.csv --workflow "Post-Onboarding of an employee" --arg groupID=staff teamID=news \\
      --tasks ./handlers.mjs`;

/** `tenure templates`. */
export function templatesCommand(host: Host, end: (code: ExitCode) => void): Command {
  return new Command('templates')
    .description('Lists the workflow templates, with their tasks and the arguments to fill in.')
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
