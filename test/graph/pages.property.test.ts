/** Pages of runs over SQLite, of which much is kept from one request to the next, are those of a store that keeps nothing. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Row, represent } from '../../src/graph/protocol/represent.ts';
import { RUN } from '../../src/graph/schema/entity-types.ts';
import { runResource } from '../../src/ledger/resources.ts';
import type { Store } from '../../src/ports/store.ts';
import { sqliteStore } from '../../src/sqlite.ts';
import { type Api, type Json, LW, makeWorkflow, openApi, resultBody, runBody } from './support.ts';

let folder: string;
let api: Api;
let plain: Store;
let workflowId: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tenure-pages-'));
  const file = join(folder, 'tenure.db');
  api = await openApi({}, await sqliteStore(file));
  plain = await sqliteStore(file, { readOnly: true });
  workflowId = await makeWorkflow(api);
});
afterAll(async () => {
  await api.engine.close();
  await plain.close();
  rmSync(folder, { recursive: true, force: true });
});

const TOP = 3;
const VIEWS = [
  { option: '', headers: {} },
  { option: '', headers: { Accept: 'application/json;odata.metadata=none' } },
  { option: '', headers: { Accept: 'application/json;odata.metadata=full' } },
  { option: '', headers: { Prefer: 'include-unknown-enum-members' } },
  { option: '&$select=id,processingStatus', headers: {} },
] as const;

/** What page 1 has to be, of what is in the file. */
async function expected(view: (typeof VIEWS)[number]): Promise<Json[]> {
  const order = { property: 'scheduledDateTime', descending: true };
  const runs = await plain.listRuns({ workflowId, where: null, order, after: null, limit: TOP });
  const { Accept = '', Prefer } = view.headers as Record<string, string>;
  const shown = {
    level: (/metadata=(\w+)/.exec(Accept)?.[1] ?? 'minimal') as 'none' | 'minimal' | 'full',
    unknownEnumMembers: Prefer !== undefined,
    select: view.option === '' ? null : ['id', 'processingStatus'],
    expand: [],
    place: 'list',
    address: `${LW}/workflows('${workflowId}')/runs`,
  } as const;
  return runs.map((run) => represent(RUN, runResource(run) as unknown as Row, shown));
}

async function checkPages(): Promise<void> {
  const path = `/workflows/${workflowId}/runs?$top=${TOP}`;
  for (const view of VIEWS) {
    const { body } = await api.get(path + view.option, view.headers);
    expect(body.value).toEqual(await expected(view));
  }
  const requests = [{ id: '1', method: 'GET', url: `${LW.replace(/^.*?v1\.0\//, '')}${path}` }];
  const batch = await api.post(LW.replace(/\/v1\.0\/.*/, '/v1.0/$batch'), { requests });
  expect(batch.body.responses[0].body).toEqual((await api.get(path)).body);
}

it('pages have no gap and no repeat, whatever happens between two requests', async () => {
  const runs = `/workflows/${workflowId}/runs`;
  const deeds = ['create', 'report', 'reschedule', 'cancel', 'delete', 'rename', 'nothing'] as const;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...deeds), fc.nat(5)), { minLength: 1, maxLength: 8 }),
      async (script) => {
        const made: string[] = [];
        for (const [deed, at] of script) {
          const id = made[at % Math.max(1, made.length)];
          const run = `${runs}/${id}`;
          const scheduledDateTime = `2026-01-0${at + 1}T00:00:00Z`;
          if (deed === 'create' || id === undefined)
            made.push((await api.post(runs, runBody({ scheduledDateTime }))).body.id);
          else if (deed === 'report')
            await api.post(`${run}/userProcessingResults`, resultBody({ subject: { id: `u${at}` } }));
          else if (deed === 'reschedule') await api.patch(run, { scheduledDateTime });
          else if (deed === 'cancel') await api.patch(run, { processingStatus: 'canceling' });
          else if (deed === 'delete') await api.delete(run);
          else if (deed === 'rename')
            await api.patch(`/workflows/${workflowId}`, { displayName: `Onboard ${at}` });
          await checkPages();
        }
        for (const id of made) await api.delete(`${runs}/${id}`);
      },
    ),
    { numRuns: 40, seed: 20_261_124 },
  );
  expect(api.faults).toEqual([]);
});
