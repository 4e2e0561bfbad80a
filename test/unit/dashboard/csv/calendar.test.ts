import { expect, it } from 'vitest';
import { assembleDashboard } from '../../../../src/dashboard/handler.ts';
import { seededIds } from '../../../../src/system/virtual/random.ts';
import { VirtualClock } from '../../../helpers/virtual-clock.ts';
import { makeWorld, scheduledInput } from '../../../helpers/world.ts';

it('the coming slots are a calendar, read once in half a minute, and a CSV', async () => {
  let queries = 0;
  async function* query() {
    queries += 1;
    yield { id: 'ada', department: 'Sales', employeeHireDate: '2026-03-05' };
  }
  const clock = new VirtualClock('2026-03-02T13:00:00Z');
  const { engine } = makeWorld({ clock, directory: { query, get: async () => [] } });
  const { id } = await engine.workflows.create(scheduledInput(['a'], { displayName: 'Joiners' }));
  const dashboard = assembleDashboard(engine, { clock, ids: seededIds(1), secret: () => 'secret' });
  const ask = (path: string) => dashboard(new Request(`http://localhost/-/data/${path}`));
  for (let no = 0; no < 3; no += 1) {
    expect(await (await ask('calendar')).json()).toMatchObject({
      fromDateTime: '2026-03-02T15:00:00.000Z',
      toDateTime: '2026-04-01T15:00:00.000Z',
      workflows: [{ id, slots: [{ slotDateTime: '2026-03-05T00:00:00.000Z', usersCount: 1 }] }],
    });
  }
  expect(queries).toBe(1);
  await clock.advance(31_000);
  await ask('calendar');
  expect(queries).toBe(2);
  const lines = (await (await ask('csv/calendar')).text()).trimEnd().split('\r\n');
  expect(lines.slice(1)).toEqual([`2026-03-05T00:00:00.000Z,Joiners,${id},1,`]);
  await engine.close();
});
