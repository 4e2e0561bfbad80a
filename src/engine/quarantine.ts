import { quarantineConfigurationOf, type Settings } from '../ledger/settings.ts';
import type { Quarantine } from '../model/quarantine.ts';
import type { Workflow } from '../model/workflow.ts';
import type { Directory } from '../ports/directory.ts';
import { quarantineOf } from '../rules/index.ts';
import type { EnginePorts } from './options.ts';

/** Says, for a number of users, whether they are too many for a scheduled run of the workflow, as of now. */
export async function quarantineFor(
  {
    ledger,
    ports,
  }: { readonly ledger: { readonly settings: Settings }; readonly ports: Pick<EnginePorts, 'directory'> },
  workflow: Workflow,
): Promise<(users: number) => Quarantine | null> {
  const configuration = await quarantineConfigurationOf(ledger.settings, workflow);
  if (configuration === null) return () => null;
  const isOfAll = configuration.conditions.some((condition) => 'percentage' in condition);
  const everybody = isOfAll ? await countOf(ports.directory) : 0;
  return (users) => quarantineOf(configuration, users, everybody);
}

async function countOf(directory: Directory): Promise<number> {
  let count = 0;
  for await (const _ of directory.query(null)) count += 1;
  return count;
}
