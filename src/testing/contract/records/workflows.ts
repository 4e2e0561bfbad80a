import assert from 'node:assert/strict';
import type { ContractKit } from '../kit.ts';
import { T0, task, workflowId, workflowRecord } from './records.ts';

/** Workflows and their versions. */
export function workflows({ describe, test }: ContractKit): void {
  describe('workflows', () => {
    contentAndVersions(test);
    listAndPurge(test);
  });
}

function contentAndVersions(test: ContractKit['test']): void {
  test('a workflow comes back as it was put', async (store) => {
    const record = workflowRecord(
      0,
      {
        category: 'mover',
        description: 'Für “alle” 🎈\n\'x\' "y" \\',
        isSchedulingEnabled: true,
        createdBy: { id: 'Zoë "Z"' },
        lastModifiedBy: { id: 'the-service' },
        administrationScopeTargets: Array.from({ length: 5 }, (_, index) => ({
          '@odata.type': '#microsoft.graph.administrativeUnit',
          id: `unit ${index}`,
        })),
        nextScheduleRunDateTime: '2026-01-01T03:00:00.000Z',
        executionConditions: {
          '@odata.type': '#microsoft.graph.identityGovernance.triggerAndScopeBasedConditions',
          scope: {
            '@odata.type': '#microsoft.graph.identityGovernance.ruleBasedSubjectSet',
            rule: "department eq 'R&D'",
          },
          trigger: {
            '@odata.type': '#microsoft.graph.identityGovernance.timeBasedAttributeTrigger',
            timeBasedAttribute: 'employeeHireDate',
            offsetInDays: -7,
          },
        },
        tasks: Array.from({ length: 30 }, (_, index) => task(0, index + 1, { isEnabled: index % 3 > 0 })),
      },
      T0 + 1,
    );
    await store.transaction((tx) => tx.putWorkflow(record));
    assert.deepEqual(await store.getWorkflow(workflowId(0)), record);
    assert.deepEqual(await store.getWorkflowVersion(workflowId(0), 1), record.workflow);
  });

  test('a new version leaves the old ones, and all are listed newest first', async (store) => {
    const records = Array.from({ length: 12 }, (_, index) =>
      workflowRecord(0, { version: index + 1, displayName: `Version ${index + 1}` }, T0 + index),
    );
    for (const record of records) await store.transaction((tx) => tx.putWorkflow(record));
    const versions = records.map(({ workflow }) => workflow);
    assert.deepEqual(await store.getWorkflow(workflowId(0)), records.at(-1));
    assert.deepEqual(await store.listWorkflowVersions(workflowId(0)), versions.toReversed());
    for (const workflow of versions) {
      assert.deepEqual(await store.getWorkflowVersion(workflowId(0), workflow.version), workflow);
    }
    assert.equal(await store.getWorkflowVersion(workflowId(0), 13), null);
    assert.equal((await store.listWorkflows()).length, 1);
  });

  test('a put of the same version replaces it, and the record', async (store) => {
    await store.transaction((tx) => tx.putWorkflow(workflowRecord(0, { version: 1 })));
    await store.transaction((tx) => tx.putWorkflow(workflowRecord(0, { version: 2 })));
    const patched = workflowRecord(0, { version: 2, displayName: 'Patched' }, T0);
    await store.transaction((tx) => tx.putWorkflow(patched));
    assert.deepEqual(await store.getWorkflow(workflowId(0)), patched);
    assert.deepEqual(await store.listWorkflowVersions(workflowId(0)), [
      patched.workflow,
      workflowRecord(0).workflow,
    ]);
  });
}

function listAndPurge(test: ContractKit['test']): void {
  test('a deleted workflow is still there and listed until it is purged', async (store) => {
    const deleted = workflowRecord(0, { deletedDateTime: '2026-02-01T00:00:00.000Z' });
    await store.transaction((tx) => tx.putWorkflow(deleted));
    assert.deepEqual(await store.getWorkflow(workflowId(0)), deleted);
    assert.deepEqual(await store.listWorkflows(), [deleted]);
    await store.transaction((tx) => tx.deleteWorkflow(workflowId(0)));
    assert.equal(await store.getWorkflow(workflowId(0)), null);
    assert.deepEqual(await store.listWorkflows(), []);
  });

  test('workflows are listed by creation, whatever their ids and later changes', async (store) => {
    for (let n = 0; n < 20; n += 1) await store.transaction((tx) => tx.putWorkflow(workflowRecord(n)));
    for (const n of [15, 3]) {
      await store.transaction((tx) => tx.putWorkflow(workflowRecord(n, { displayName: 'A', version: 2 })));
    }
    const ids = (await store.listWorkflows()).map(({ workflow }) => workflow.id);
    assert.deepEqual(
      ids,
      Array.from({ length: 20 }, (_, n) => workflowId(n)),
    );
  });
}
