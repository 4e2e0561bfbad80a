/**
 * People of an LDAP directory are onboarded into a SCIM service and by mail: real servers, whose answers fail, and processes
 * of the command line, which are killed by `kill -9` and resumed. At the end everything has to be there once.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createLedger, type Page, type TaskProcessingResult } from '../../../src/index.ts';
import { sqliteStore } from '../../../src/sqlite.ts';
import { Choices } from '../../../src/system/virtual/choices.ts';
import {
  type HttpFault,
  type HttpProxy,
  openHttpProxy,
} from '../../../src/testing/connectors/http-faults.ts';
import { SCIM_TOKEN, type ScimServer, startScimServer } from '../../servers/scim-server.ts';
import { BIND_DN, PEOPLE, SLAPD_PASSWORD, type SlapdServer, startSlapd } from '../../servers/slapd.ts';
import {
  SMTP_FAULTS,
  SMTP_PASS,
  SMTP_USER,
  type SmtpFault,
  startSmtpServer,
  type TestSmtpServer,
} from '../../servers/smtp-server.ts';

const CLI = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));
const DATABASE = 'tenure.db';
const CONNECT = ['--connect', 'tenure.config.json'];
/** The name of the task in the workflow. */
const MAIL_TASK = 'Welcome';
const TASKS = ['enableUserAccount', 'addUserToGroups', 'sendWelcomeEmail'];
const CONCURRENCY = 32;
/** Of so many requests, or steps of the mail server, one fails. */
const FAULT_OF = 40;
const SLOW_OF = 20;
const SLOW_MS_MAX = 150;

const answered = (status: number, headers: Readonly<Record<string, string>> = {}): HttpFault => ({
  ...{ name: `answers ${status}`, isTransient: true, isDone: false, status, headers },
});
const HTTP_FAULTS: readonly HttpFault[] = [
  answered(429, { 'retry-after': '1' }),
  answered(503, { 'retry-after': '1' }),
  answered(503),
  answered(500),
  { name: 'cuts the connection before', isTransient: true, isDone: false, status: null },
  { name: 'cuts the connection after', isTransient: true, isDone: true, status: null },
  { name: 'does it and answers 500', isTransient: true, isDone: true, status: 500 },
];
/** Without the refusals that are for minutes. */
const MAIL_FAULTS = SMTP_FAULTS.filter(({ answer }) => answer === 421 || answer === 'cut');

/** What is done to the processes and servers. */
export interface OnboardingPlan {
  readonly people: number;
  readonly kills: number;
  readonly seed: number;
}

/** What it came to. */
export interface OnboardingOutcome {
  /** What is wrong; empty: nothing is. */
  readonly violations: readonly string[];
  readonly kills: number;
  readonly requests: number;
  readonly httpFaults: number;
  readonly mailFaults: number;
  readonly mails: number;
  /** Mails that came a second time: the server had taken them, and no answer could be recorded. */
  readonly mailsRepeated: number;
}

/** Runs the plan. */
export async function onboard(plan: OnboardingPlan): Promise<OnboardingOutcome> {
  const site = await Site.open(plan);
  try {
    return await site.run();
  } finally {
    await site.close();
  }
}

class Site {
  readonly #plan: OnboardingPlan;
  readonly #choices: Choices;
  readonly #folder: string;
  readonly #ldap: SlapdServer;
  readonly #scim: ScimServer;
  readonly #proxy: HttpProxy;
  readonly #mail: TestSmtpServer;
  readonly #group: string;
  #child: ChildProcess | null = null;
  #stderr = '';
  #hasBegun = false;
  #httpFaults = 0;
  #mailFaults = 0;
  /** Ids of people whose mail the server may have taken without anyone being able to know. */
  readonly #uncertain = new Set<string>();

  private constructor(
    plan: OnboardingPlan,
    choices: Choices,
    folder: string,
    [ldap, scim, proxy, mail]: readonly [SlapdServer, ScimServer, HttpProxy, TestSmtpServer],
  ) {
    this.#plan = plan;
    this.#choices = choices;
    this.#folder = folder;
    this.#ldap = ldap;
    this.#scim = scim;
    this.#proxy = proxy;
    this.#mail = mail;
    this.#group = scim.data.add('groups', { displayName: 'All staff', members: [] }).id;
  }

  static async open(plan: OnboardingPlan): Promise<Site> {
    const choices = new Choices(plan.seed);
    const slow = new Choices(plan.seed + 1);
    const folder = await mkdtemp(join(tmpdir(), 'tenure-onboarding-'));
    const scim = await startScimServer({
      before: async () => {
        if (slow.chance(1 / SLOW_OF)) await wait(slow.int(1, SLOW_MS_MAX));
      },
    });
    const servers = [
      await startSlapd(),
      scim,
      await openHttpProxy(scim.url),
      await startSmtpServer(),
    ] as const;
    return new Site(plan, choices, folder, servers);
  }

  async run(): Promise<OnboardingOutcome> {
    const { people, kills } = this.#plan;
    await this.#prepare();
    this.#spreadFaults();
    const effects = people * TASKS.length;
    for (let kill = 0; kill < kills; kill += 1) {
      const before = Math.floor((effects * (kill + 1)) / (kills + 1)) + this.#choices.int(-10, 10);
      await this.#killAfter(Math.max(1, before));
    }
    const violations: string[] = [];
    const run = await this.#endOf(this.#command());
    if (run !== 0) violations.push(`the last process ended with ${run}: ${this.#stderr}`);
    violations.push(...(await this.#differences()));
    const { changes } = this.#scim.data;
    const again = await this.#endOf(['run', ...CONNECT, '--workflow', 'again.json', '--quiet']);
    if (again !== 0) violations.push(`the second run ended with ${again}: ${this.#stderr}`);
    if (this.#scim.data.changes !== changes)
      violations.push(`the second run made ${this.#scim.data.changes - changes} changes`);
    return {
      violations,
      kills,
      requests: this.#proxy.requests,
      httpFaults: this.#httpFaults,
      mailFaults: this.#mailFaults,
      mails: this.#mail.messages.length,
      mailsRepeated: this.#mail.messages.length - people,
    };
  }

  async close(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await Promise.all([this.#ldap.close(), this.#proxy.close(), this.#scim.close(), this.#mail.close()]);
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #prepare(): Promise<void> {
    for (let at = 1; at <= this.#plan.people; at += 1) await this.#addPerson(`p${at}`);
    const config = {
      connections: {
        people: {
          ...{ kind: 'ldap', url: this.#ldap.url, bindDN: BIND_DN, password: { env: 'LDAP_PASSWORD' } },
          ...{ users: { base: PEOPLE }, tasks: [] },
        },
        app: {
          ...{ kind: 'scim', baseUrl: `${this.#proxy.url}/scim/v2`, token: { env: 'SCIM_TOKEN' } },
          newUser: { userName: '{{user.mail}}', displayName: '{{user.displayName}}' },
        },
        mail: {
          ...{
            kind: 'mail',
            host: '127.0.0.1',
            port: this.#mail.port,
            tls: 'none',
            from: 'people@example.org',
          },
          auth: { user: SMTP_USER, pass: { env: 'SMTP_PASS' } },
        },
      },
      directory: 'people',
    };
    await this.#write('tenure.config.json', config);
    await this.#write('workflow.json', this.#workflow(TASKS));
    await this.#write('again.json', this.#workflow(TASKS.filter((task) => task !== 'sendWelcomeEmail')));
  }

  #addPerson(id: string): Promise<void> {
    return this.#ldap.add(`uid=${id},${PEOPLE}`, {
      objectClass: ['inetOrgPerson'],
      uid: id,
      employeeNumber: id,
      cn: `Person ${id}`,
      sn: id,
      displayName: `Person ${id}`,
      mail: `${id}@example.org`,
    });
  }

  #workflow(tasks: readonly string[]): object {
    return {
      category: 'joiner',
      displayName: 'Onboard',
      executionConditions: 'onDemand',
      tasks: tasks.map((taskDefinitionId) => ({
        taskDefinitionId,
        displayName: taskDefinitionId === 'sendWelcomeEmail' ? MAIL_TASK : taskDefinitionId,
        arguments: taskDefinitionId === 'addUserToGroups' ? [{ name: 'groupID', value: this.#group }] : [],
      })),
    };
  }

  /** One request in some fails, of as many as an undisturbed run makes and of those that faults add. */
  #spreadFaults(): void {
    const requests = this.#plan.people * 7;
    for (let at = 0; at < requests; at += 1)
      if (this.#choices.chance(1 / FAULT_OF)) {
        this.#proxy.inject(this.#choices.pick(HTTP_FAULTS), at);
        this.#httpFaults += 1;
      }
    for (let at = 0; at < this.#plan.people * 3; at += 1)
      if (this.#choices.chance(1 / FAULT_OF)) {
        this.#mail.inject(this.#choices.pick(MAIL_FAULTS as readonly SmtpFault[]), at);
        this.#mailFaults += 1;
      }
  }

  get #effects(): number {
    return this.#scim.data.changes + this.#mail.messages.length;
  }

  /** Runs or resumes until the servers have so many effects; then kills. */
  async #killAfter(effects: number): Promise<void> {
    const child = this.#start(this.#command());
    const ended = once(child, 'exit');
    while (this.#effects < effects && child.exitCode === null) await wait(5);
    if (child.exitCode !== null)
      throw new Error(
        `Expected the process to run until it is killed, got its end with ${child.exitCode}: ${this.#stderr}`,
      );
    child.kill('SIGKILL');
    await ended;
    this.#hasBegun = true;
    await this.#learnUncertain();
  }

  /** A mail that the server has taken and the database has not: no process can know, and it is sent again. */
  async #learnUncertain(): Promise<void> {
    // What was on its way arrives first.
    while (this.#mail.busy > 0) await wait(5);
    const recorded = await this.#mailed();
    for (const { recipients } of this.#mail.messages) {
      const id = idOf(recipients);
      if (!recorded.has(id)) this.#uncertain.add(id);
    }
  }

  /** Ids of the people whose mail is recorded as sent. */
  async #mailed(): Promise<ReadonlySet<string>> {
    const mailed = new Set<string>();
    const file = join(this.#folder, DATABASE);
    if (!existsSync(file)) return mailed;
    const ledger = await createLedger({ store: await sqliteStore(file, { readOnly: true }) });
    try {
      const [run] = (await ledger.runs.list()).value;
      let after: string | null = null;
      do {
        if (!run) break;
        const page: Page<TaskProcessingResult> = await ledger.taskProcessingResults.list(run.id, {
          top: 999,
          ...(after !== null && { after }),
        });
        for (const { subject, task, processingStatus } of page.value)
          if (task.displayName === MAIL_TASK && processingStatus === 'completed') mailed.add(subject.id);
        after = page.nextToken;
      } while (after !== null);
    } finally {
      await ledger.close();
    }
    return mailed;
  }

  /** What is not as it has to be at the end. */
  async #differences(): Promise<readonly string[]> {
    const wanted = Array.from({ length: this.#plan.people }, (_, at) => `p${at + 1}`).sort();
    const accounts = [...this.#scim.data.users.values()];
    const idOfAccount = new Map(accounts.map(({ id, externalId }) => [id, String(externalId)]));
    const members = (this.#scim.data.groups.get(this.#group)?.members ?? []) as readonly {
      readonly value: string;
    }[];
    const times = new Map<string, number>();
    for (const { recipients } of this.#mail.messages)
      times.set(idOf(recipients), (times.get(idOf(recipients)) ?? 0) + 1);
    const repeats = [...times].filter(([, count]) => count > 1).map(([id]) => id);
    for (const { isAnswered, recipients } of this.#mail.messages)
      if (!isAnswered) this.#uncertain.add(idOf(recipients));
    const mailIds = new Set(
      this.#mail.messages.map(({ recipients, mail }) => `${idOf(recipients)} ${mail.messageId}`),
    );
    const check = await this.#endOf(['check', '--db', DATABASE, '--json']);
    return [
      ...differs(
        'active accounts',
        wanted,
        accounts.filter(({ active }) => active === true).map(({ externalId }) => String(externalId)),
      ),
      ...differs(
        'members',
        wanted,
        members.map(({ value }) => idOfAccount.get(value) ?? `unknown ${value}`),
      ),
      ...differs('people with mail', wanted, [...times.keys()]),
      ...differs('people whose mail is recorded', wanted, [...(await this.#mailed())]),
      ...repeats
        .filter((id) => !this.#uncertain.has(id))
        .map((id) => `${id} got mail again that was known to be taken`),
      ...(mailIds.size === times.size ? [] : ['a mail that came again has another Message-ID']),
      ...(check === 0 ? [] : [`tenure check ended with ${check}`]),
    ];
  }

  #command(): readonly string[] {
    const rest = [...CONNECT, '--db', DATABASE, '--concurrency', String(CONCURRENCY), '--quiet'];
    return this.#hasBegun ? ['resume', ...rest] : ['run', ...rest, '--workflow', 'workflow.json'];
  }

  #start(args: readonly string[]): ChildProcess {
    const { npm_command: _, NO_COLOR: __, ...inherited } = process.env;
    const env = { ...inherited, SCIM_TOKEN, SMTP_PASS, LDAP_PASSWORD: SLAPD_PASSWORD };
    const child = spawn(process.execPath, [CLI, ...args], {
      cwd: this.#folder,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-2_000);
    });
    this.#child = child;
    return child;
  }

  async #endOf(args: readonly string[]): Promise<number | null> {
    const [code] = await once(this.#start(args), 'close');
    return code as number | null;
  }

  #write(name: string, content: object): Promise<void> {
    return writeFile(join(this.#folder, name), JSON.stringify(content));
  }
}

/** Ids begin the addresses. */
function idOf([address = '']: readonly string[]): string {
  return address.split('@')[0] ?? '';
}

function differs(what: string, wanted: readonly string[], got: readonly string[]): readonly string[] {
  const sorted = got.toSorted();
  if (JSON.stringify(sorted) === JSON.stringify(wanted)) return [];
  const missing = wanted.filter((id) => !got.includes(id));
  const extra = sorted.filter((id, at) => !wanted.includes(id) || sorted[at - 1] === id);
  return [
    `${what}: ${missing.length} missing (${missing.slice(0, 3)}), ${extra.length} too many (${extra.slice(0, 3)})`,
  ];
}
