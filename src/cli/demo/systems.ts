/** The systems of the demo: a service with the accounts and groups of a company, and a mail server. */
import { writeFile } from 'node:fs/promises';
import { DAY_MS } from '../../model/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { type SampleInput, sampleEmployees } from '../sample/employees.ts';
import { openServer } from '../serve/http-server.ts';
import type { DemoFolder } from './folder.ts';
import { type MailSink, startMailSink } from './mail-sink.ts';
import { DemoService, type ServiceEffects } from './scim-service.ts';

/** The group that new hires join, and its licenses. */
export const GROUP = { id: 'all-staff', displayName: 'All staff', licenses: 30 } as const;
/** Variable with the token of the service. */
const TOKEN_VARIABLE = 'DEMO_SCIM_TOKEN';
/** Of new hires, every so many have an account that waits for them. */
const PREPARED_EVERY = 2;
/** Of leavers, every so many are the last owner of a group. */
const OWNER_EVERY = 12;
/** People hired in these last days are new. */
const NEW_DAYS = 3;
const CLOSE_MS = 1_000;

/** The running systems. */
export interface DemoSystems {
  /** Variables that the configuration names. */
  readonly env: NodeJS.ProcessEnv;
  readonly effects: ServiceEffects;
  readonly messages: MailSink['messages'];
  close(): Promise<void>;
}

/** Starts the systems, and writes a configuration of them. */
export async function startSystems(
  folder: DemoFolder,
  sample: SampleInput,
  clock: Clock,
): Promise<DemoSystems> {
  const service = new DemoService();
  fill(service, sample);
  const answer = (request: Request) => service.answer(request);
  const server = await openServer(answer, { port: 0, certificate: null, clock });
  const mail = await startMailSink(folder.mail);
  const close = async (): Promise<void> => {
    await Promise.all([server.close(CLOSE_MS), mail.close()]);
  };
  const config = {
    connections: {
      people: { kind: 'file', path: 'employees.csv' },
      app: {
        kind: 'scim',
        baseUrl: `${server.url}/scim/v2`,
        token: { env: TOKEN_VARIABLE },
        newUser: { userName: '{{user.userPrincipalName}}', displayName: '{{user.displayName}}' },
      },
      mail: {
        kind: 'mail',
        host: '127.0.0.1',
        port: mail.port,
        tls: 'none',
        from: 'People team <people@woodgrove.example>',
      },
    },
    directory: 'people',
  };
  await writeFile(folder.config, `${JSON.stringify(config, null, 2)}\n`);
  const { effects, token } = service;
  return { env: { [TOKEN_VARIABLE]: token }, effects, messages: mail.messages, close };
}

/** The company as it is before the demo: an account for each person but some new hires, and a group for each department. */
function fill(service: DemoService, sample: SampleInput): void {
  const todayMs = Date.parse(`${sample.date}T00:00:00Z`);
  const departments = new Map<string, Set<string>>();
  let [hires, leavers] = [0, 0];
  for (const person of sampleEmployees(sample)) {
    const isNew = Date.parse(person.employeeHireDate) > todayMs - NEW_DAYS * DAY_MS;
    if (isNew) hires += 1;
    if (isNew && hires % PREPARED_EVERY !== 0) continue;
    const account = service.addAccount({
      externalId: person.id,
      userName: person.userPrincipalName,
      displayName: person.displayName,
      active: !isNew && person.accountEnabled === 'true',
    });
    if (isNew) continue;
    const members = departments.get(person.department) ?? new Set();
    departments.set(person.department, members.add(account));
    if (person.employeeLeaveDateTime === '') continue;
    leavers += 1;
    if (leavers % OWNER_EVERY !== 0) continue;
    const displayName = `Project ${leavers / OWNER_EVERY}`;
    service.addGroup({ id: `p${leavers}`, displayName, members: new Set([account]), owner: account });
  }
  for (const [displayName, members] of departments)
    service.addGroup({ id: `d${members.size}-${displayName.replace(/\W/g, '-')}`, displayName, members });
  service.addGroup({ ...GROUP, members: new Set() });
}
