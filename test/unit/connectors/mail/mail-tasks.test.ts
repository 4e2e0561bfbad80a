import { describe, expect, it } from 'vitest';
import { EMAIL_TASKS } from '../../../../src/catalogue/email-tasks.ts';
import { ConnectorError } from '../../../../src/connectors/kernel/connector-error.ts';
import type { MailSender } from '../../../../src/connectors/mail/mail-message.ts';
import { mailTasks } from '../../../../src/connectors/mail/mail-tasks.ts';
import { arrayDirectory } from '../../../../src/directory/array-directory.ts';
import { createEngine } from '../../../../src/index.ts';

const directory = arrayDirectory([
  { id: 'ada', displayName: 'Ada', mail: 'ada@example.org' },
  { id: 'bob', displayName: 'Bob' },
]);

async function run(send: MailSender['send'], args: readonly { name: string; value: string }[] = []) {
  const engine = await createEngine({
    directory,
    tasks: { ...mailTasks({ uncertain: 'send', send }, { directory }) },
  });
  try {
    await engine.start();
    const { id } = await engine.workflows.create({
      category: 'joiner',
      displayName: 'Welcome',
      executionConditions: 'onDemand',
      tasks: [{ taskDefinitionId: 'sendWelcomeEmail', arguments: args }],
    });
    const { id: runId } = await engine.runs.activate(id, { subjects: ['ada', 'bob'] });
    await engine.runs.waitFor(runId);
    const { value } = await engine.taskProcessingResults.list(runId);
    return value.map(({ subject, changes, failureReason, processingInfo }) => ({
      id: subject.id,
      what: failureReason ?? changes,
      more: processingInfo,
    }));
  } finally {
    await engine.close();
  }
}

describe('mailTasks', () => {
  it('has every e-mail task of the catalogue but the one that makes a pass', () => {
    const keys = EMAIL_TASKS.map(({ key }) => key).filter((key) => key !== 'generateTapAndSendEmail');
    expect(Object.keys(mailTasks({ uncertain: 'send', send: async () => {} })).sort()).toEqual(
      [...keys].sort(),
    );
  });

  it('sends a message to those who have an address, and says what it did', async () => {
    const subjects: string[] = [];
    const results = await run(
      async ({ subject }) => void subjects.push(subject),
      [{ name: 'cc', value: 'bob' }],
    );
    expect(subjects).toEqual(['Welcome, Ada']);
    expect(results).toEqual([
      {
        id: 'ada',
        what: ['mail to ada@example.org: Welcome, Ada'],
        more: 'Without an e-mail address: the recipient bob',
      },
      { id: 'bob', what: 'Expected the person to have an e-mail address, got none', more: null },
    ]);
  });

  it('fails for good where the server has refused a message', async () => {
    const results = await run(async () => {
      throw new ConnectorError('refused', 'smtp answered 550 no', { code: 'Smtp550' });
    });
    expect(results[0]).toEqual({ id: 'ada', what: 'smtp answered 550 no', more: null });
  });

  it('has a workflow refused whose text names what is not known', async () => {
    const sent: unknown[] = [];
    const args = [{ name: 'customBody', value: 'Hi {{firstName}}' }];
    await expect(run(async (message) => void sent.push(message), args)).rejects.toThrow('{{firstName}}');
    expect(sent).toEqual([]);
  });
});
