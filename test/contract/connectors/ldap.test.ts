import { afterAll, beforeAll, it } from 'vitest';
import { ldapConnection } from '../../../src/connectors/ldap/ldap-connection.ts';
import type { LdapOptions } from '../../../src/connectors/ldap/ldap-options.ts';
import { type LdapTasks, ldapTasks } from '../../../src/connectors/ldap/ldap-tasks.ts';
import type { Subject } from '../../../src/model/subject.ts';
import { connectorContract } from '../../../src/testing/connectors/connector-contract.ts';
import { LDAP_FAULTS, openLdapProxy } from '../../servers/ldap-proxy.ts';
import {
  BIND_DN,
  describeSlapd,
  SLAPD_PASSWORD,
  type SlapdServer,
  SUFFIX,
  startSlapd,
} from '../../servers/slapd.ts';

const SUBJECT: Subject = { id: 'E1', displayName: 'Ana Núñez', mail: 'ana@example.org' };

interface Case {
  readonly name: string;
  readonly task: keyof LdapTasks;
  arguments?(tree: Tree): Readonly<Record<string, string>>;
  readonly options?: Partial<LdapOptions>;
  fill(tree: Tree): Promise<void>;
}

let generic: SlapdServer;
let activeDirectory: SlapdServer;
let trees = 0;

/** A part of the directory for one system. */
class Tree {
  readonly server: SlapdServer;
  readonly base: string;

  constructor(server: SlapdServer) {
    this.server = server;
    trees += 1;
    this.base = `ou=tree${trees},${SUFFIX}`;
  }

  person(name: string): string {
    return `cn=${name},${this.base}`;
  }

  async account(more: Readonly<Record<string, string>> = {}): Promise<void> {
    const person = { objectClass: 'inetOrgPerson', sn: 'Núñez', cn: 'Ana', uid: 'ana', title: 'Clerk' };
    await this.server.add(this.person('Ana'), { ...person, employeeNumber: 'E1', ...more });
  }

  async windowsAccount(userAccountControl: string): Promise<void> {
    const person = { objectClass: 'user', objectCategory: 'person', sn: 'Núñez', cn: 'Ana' };
    await this.server.add(this.person('Ana'), { ...person, employeeID: 'E1', userAccountControl });
  }

  async group(cn: string, ...members: readonly string[]): Promise<void> {
    const member = members.map((name) => this.person(name));
    await this.server.add(this.person(cn), { objectClass: 'groupOfNames', cn, member });
  }

  /** All that the tasks can change, as in any other tree. */
  async state(): Promise<unknown> {
    const attributes = ['*', 'pwdAccountLockedTime'];
    const { searchEntries } = await this.server.client.search(this.base, { scope: 'children', attributes });
    // A member that was removed and added again stands behind the others.
    const entries = searchEntries.map((entry) => ({ ...entry, member: [entry.member].flat().sort() }));
    return JSON.parse(JSON.stringify(entries).replaceAll(this.base, 'ou=tree'));
  }
}

const CASES: readonly Case[] = [
  {
    name: 'enable an account',
    task: 'enableUserAccount',
    fill: (tree) => tree.account({ pwdAccountLockedTime: '000001010000Z' }),
  },
  {
    name: 'make the account that is missing',
    task: 'enableUserAccount',
    options: {
      newUser: ({ displayName }) => ({
        rdn: 'uid',
        attributes: { objectClass: 'inetOrgPerson', uid: 'ana, n=1', sn: 'Núñez', cn: String(displayName) },
      }),
    },
    fill: async () => {},
  },
  { name: 'disable an account', task: 'disableUserAccount', fill: (tree) => tree.account() },
  { name: 'delete an account', task: 'deleteUserAccount', fill: (tree) => tree.account() },
  {
    name: 'update attributes',
    task: 'updateUserAttributes',
    arguments: () => ({
      attributeUpdates: '{"jobTitle":"Lead (Süd)","department":"Sales","displayName":""}',
    }),
    fill: (tree) => tree.account({ displayName: 'Ana' }),
  },
  {
    name: 'add to groups',
    task: 'addUserToGroups',
    arguments: () => ({ groupID: 'Sales, Lisbon' }),
    fill: async (tree) => {
      await tree.account();
      await tree.group('Sales', 'Bob');
      await tree.group('Lisbon', 'Bob');
    },
  },
  {
    name: 'remove from selected groups',
    task: 'removeUserFromSelectedGroups',
    arguments: (tree) => ({ groupID: `${tree.person('Sales')};${tree.person('Lisbon')}` }),
    fill: async (tree) => {
      await tree.account();
      await tree.group('Sales', 'Bob', 'Ana');
      await tree.group('Lisbon', 'Ana', 'Bob');
    },
  },
  {
    name: 'remove from all groups',
    task: 'removeUserFromAllGroups',
    fill: async (tree) => {
      await tree.account();
      await tree.group('Sales', 'Bob', 'Ana');
      await tree.group('Porto', 'Bob');
    },
  },
  {
    name: 'enable an account of Active Directory',
    task: 'enableUserAccount',
    fill: (tree) => tree.windowsAccount('66050'),
  },
  {
    name: 'disable an account of Active Directory',
    task: 'disableUserAccount',
    fill: (tree) => tree.windowsAccount('66048'),
  },
];

describeSlapd('LDAP', () => {
  beforeAll(async () => {
    [generic, activeDirectory] = await Promise.all([startSlapd(), startSlapd({ activeDirectory: true })]);
  });
  afterAll(async () => {
    await Promise.all([generic?.close(), activeDirectory?.close()]);
  });

  for (const { name, task, arguments: given, options, fill } of CASES)
    connectorContract(
      { describe: describeSlapd, it },
      {
        name: `LDAP: ${name}`,
        faults: LDAP_FAULTS,
        secrets: [SLAPD_PASSWORD],
        make: async () => {
          const tree = new Tree(name.endsWith('Active Directory') ? activeDirectory : generic);
          await tree.server.add(tree.base, { objectClass: 'organizationalUnit', ou: `tree${trees}` });
          await fill(tree);
          const proxy = await openLdapProxy(tree.server.url);
          const opened: (() => Promise<void>)[] = [];
          return {
            subject: SUBJECT,
            ...(given && { arguments: given(tree) }),
            connect: (clock) => {
              const connection = ldapConnection({
                url: proxy.url,
                bindDN: BIND_DN,
                password: SLAPD_PASSWORD,
                users: { base: tree.base },
                groups: { base: tree.base },
                clock,
                ...options,
              });
              opened.push(connection.close);
              return ldapTasks(connection)[task];
            },
            state: () => tree.state(),
            effects: () => proxy.changes,
            requests: () => proxy.requests,
            inject: (fault, requests) => proxy.inject(fault, requests),
            dispose: async () => {
              for (const close of opened) await close();
              await proxy.close();
            },
          };
        },
      },
    );
});
