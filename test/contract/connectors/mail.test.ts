import { describe, it } from 'vitest';
import { mailConnection } from '../../../src/connectors/mail/mail-connection.ts';
import { type MailTasks, mailTasks } from '../../../src/connectors/mail/mail-tasks.ts';
import type { Subject } from '../../../src/model/subject.ts';
import { connectorContract } from '../../../src/testing/connectors/connector-contract.ts';
import {
  SMTP_FAULTS,
  SMTP_PASS,
  SMTP_USER,
  type SmtpFault,
  startSmtpServer,
} from '../../servers/smtp-server.ts';

const SUBJECT: Subject = {
  id: 'E1',
  displayName: 'Ana Núñez',
  mail: 'ana@example.org',
  manager: { id: 'E2', displayName: 'Bo', mail: 'bo@example.org' },
  preferredLanguage: 'es-ES',
  employeeLeaveDateTime: '2026-01-05T08:00:00Z',
};

interface Case {
  readonly name: string;
  readonly task: keyof MailTasks;
  readonly arguments?: Readonly<Record<string, string>>;
  readonly faults: readonly SmtpFault[];
}

const CASES: readonly Case[] = [
  { name: 'welcome a person', task: 'sendWelcomeEmail', faults: SMTP_FAULTS },
  {
    name: 'tell the manager, with a copy',
    task: 'sendEmailOnLastDay',
    arguments: { cc: 'hr@example.org' },
    // A recipient who is refused while another one is taken fails the task: the other one has the message.
    faults: SMTP_FAULTS.filter(({ answer }) => answer === 'cut' || answer === 550).map((fault) => ({
      ...fault,
      repeatsMax: 1,
    })),
  },
];

for (const { name, task, arguments: given = {}, faults } of CASES)
  connectorContract(
    // The server waits 100 ms before each greeting: tests wait together.
    { describe, it: it.concurrent },
    {
      name: `mail: ${name}`,
      faults,
      secrets: [SMTP_PASS, btoa(SMTP_PASS)],
      isBlind: true,
      make: async () => {
        const server = await startSmtpServer();
        const connections: { close(): Promise<void> }[] = [];
        return {
          subject: SUBJECT,
          arguments: given,
          connect: (clock) => {
            const connection = mailConnection({
              host: '127.0.0.1',
              port: server.port,
              tls: 'none',
              auth: { user: SMTP_USER, pass: () => SMTP_PASS },
              from: 'People <people@example.org>',
              clock,
            });
            connections.push(connection);
            return mailTasks(connection)[task];
          },
          // What is sent twice has one Message-ID: it counts once.
          state: async () => {
            const byId = new Map(
              server.messages.map(({ to, cc, mail: { messageId, subject, text } }) => [
                messageId,
                { to, cc, messageId, subject, text },
              ]),
            );
            return [...byId.values()];
          },
          effects: () => server.messages.length,
          requests: () => server.steps,
          inject: (fault, steps) => server.inject(fault, steps),
          dispose: async () => {
            await Promise.all(connections.map((connection) => connection.close()));
            await server.close();
          },
        };
      },
    },
  );
