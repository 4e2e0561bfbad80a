import { Argument, Command, Option } from 'commander';
import type { Host } from '../../host.ts';
import { dateOrMoment, dbOption, jsonOption, requireOption, someText, usersOptions } from '../../options.ts';
import { EXIT, type ExitCode } from '../../terminal/exit-codes.ts';
import { explainCode } from './explain-code.ts';
import { type ExplainCommandOptions, explainPerson } from './explain-person.ts';

const HELP = `
Of a workflow and a person, it shows every condition of the workflow's schedule for that person, with the values that
decide: ✓ met, ✗ not met, – not evaluated, and ? for a clause that cannot be decided. It asks about the next slot of the
schedule, or with --at about the slot of that time, for the person as the file has them now. Without --users it reads
the file of the last \`tenure run\` of this database; without any, it shows what the database says.
Of the code of an error or of a failed task, it shows what it means, why it comes and what to do.
Changes nothing, and works while another process runs the database. Exit code 0: the question could be answered.

Examples:
  $ tenure explain "Offboard an employee" E1042 --db hr.db
  $ tenure explain 3f2a E1042 --db hr.db --users staff.csv --at 2026-01-31T08:00:00Z
  $ tenure explain 3f2a E1042 --db postgres://tenure@db.example.com/hr --users staff.csv --json
  $ tenure explain StoreLocked`;

/** `tenure explain`. */
export function explainCommand(host: Host, end: (code: ExitCode) => void): Command {
  const command = new Command('explain')
    .description(
      'Explains why the schedule of a workflow takes a person, or does not, and what was done for them; or what the code of an error means.',
    )
    .addArgument(
      new Argument('<workflow|code>', 'its name, or the first digits of its id; or the code of an error'),
    )
    .argument('[person]', 'the id of the person')
    .addOption(dbOption('the database of the workflow'))
    .option(
      '--users <file>',
      'the users: .csv, .tsv, .jsonl or .json; default: those of the last run',
      someText,
    );
  for (const option of usersOptions()) command.addOption(option);
  return command
    .addOption(
      new Option('--at <date>', 'the schedule slot of that time; default: the next one').argParser(
        dateOrMoment,
      ),
    )
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(async (name: string, person: string | undefined, options: ExplainCommandOptions) => {
      if (person === undefined) {
        explainCode(host, name, options.json ?? false);
        end(EXIT.ok);
        return;
      }
      requireOption(command, 'db');
      end(await explainPerson(host, name, person, options));
    });
}
