import { describe, expect, it } from 'vitest';
import { testHost } from '../../unit/cli/support.ts';
import { expectCode } from '../support.ts';
import { connectedWorkplace, stateOf, whenChanged } from './support.ts';

const place = connectedWorkplace();
const { tenure, tenureOn, write, read, exists, data, scim } = place;

const JOIN = ['run', '--connect', '@tenure.config.json', '--workflow', '@joiner.json', '--db', '@dry.db'];

describe('run --connect --dry-run', () => {
  it('says who would be changed how, who is as wanted, and who would fail, and changes and records nothing', async () => {
    const group = await place.joiners(5);
    // u1 is done, u2 is inactive and in no group, u3 is there twice, u4 and u5 are not there.
    const add = (externalId: string, active: boolean, userName = externalId) =>
      data().add('users', { userName, externalId, active });
    const done = add('u1', true);
    add('u2', false);
    add('u3', true);
    add('u3', true, 'u3-again');
    data().groups.set(group, { id: group, displayName: 'All staff', members: [{ value: done.id }] });
    const before = stateOf(data(), group);
    const { stdout } = expectCode(await tenure(...JOIN, '--dry-run', '--out', '@dry.json'), 0);
    expect(stdout).toMatch(/dry run: nothing is changed, nothing is recorded\n/);
    expect(stdout).toContain('3 would be changed · 1 as wanted already · 1 would fail');
    expect(stdout).toMatch(
      /1 {2}Enable user account +by connection app +3 would be changed · 1 as wanted already · 1 would fail\n/,
    );
    expect(stdout).toMatch(
      /2 {2}Add user to groups +by connection app +1 would be changed · 1 as wanted already · 2 known only after an earlier task · 1 not reached\n/,
    );
    expect(stdout).toMatch(/2 × {2}1 {2}Enable user account {2}account: none → active +u4, u5\n/);
    expect(stdout).toMatch(/1 × {2}1 {2}Enable user account .*got several +u3\n/);
    const document = JSON.parse(read('dry.json'));
    expect(document).toMatchObject({
      dryRun: true,
      previewed: { people: { change: 3, already: 1, fail: 1 } },
    });
    expect(document.processed.find(({ id }: { id: string }) => id === 'u2')).toEqual({
      id: 'u2',
      outcome: 'change',
      preview: [
        { position: 1, outcome: 'change', says: ['active: false → true'] },
        { position: 2, outcome: 'change', says: ['added to group All staff'] },
      ],
    });
    expect(stateOf(data(), group)).toEqual(before);
    expect([data().changes, exists('dry.db')]).toEqual([0, false]);
  });

  it('is what the run does then, and finds nothing to do after it', async () => {
    await place.joiners(3);
    await write('late.json', JSON.stringify({ connections: { app: { ...scim(), newUser: undefined } } }));
    const late = ['run', '--connect', '@late.json', '--users', '@people.csv', '--workflow', '@joiner.json'];
    const none = JSON.parse(expectCode(await tenure(...late, '--dry-run', '--json'), 0).stdout);
    expect(none.previewed.people).toEqual({ fail: 3 });
    expectCode(await tenure(...JOIN, '--quiet'), 0);
    const again = JSON.parse(expectCode(await tenure(...JOIN, '--dry-run', '--json'), 0).stdout);
    expect(again.previewed.people).toEqual({ already: 3 });
  });

  it('of resume looks at the tasks that are left', async () => {
    await place.joiners(6);
    const host = testHost();
    const args = [...JOIN, '--concurrency', '1', '--quiet'];
    whenChanged(data(), 5, () => host.interrupts.arrived('SIGINT'));
    expectCode(await tenureOn(host, ...args), 130);
    const { stdout } = expectCode(await tenure('resume', '--db', '@dry.db', '--dry-run', '--json'), 0);
    const [left] = JSON.parse(stdout).value;
    const positions = (person: { preview: { position: number }[] }) =>
      person.preview.map(({ position }) => position);
    for (const person of left.processed) expect(positions(person)).toEqual(person.tasks ?? [1, 2]);
    expect(left.processed.find(({ id }: { id: string }) => id === 'u6')).toMatchObject({
      outcome: 'change',
      preview: [{ outcome: 'change' }, { outcome: 'later' }],
    });
    expect(left.previewed.people.fail).toBeUndefined();
    expectCode(await tenure('resume', '--db', '@dry.db', '--quiet'), 0);
  });

  it('stops at a signal, and counts the people that it has not looked at', async () => {
    await place.people('people.csv', 3);
    const host = testHost();
    Object.assign(globalThis, { interruptPreview: () => host.interrupts.arrived('SIGINT') });
    await write(
      'slow.mjs',
      `export default {
         connections: { people: { kind: 'file', path: 'people.csv' } },
         directory: 'people',
         tasks: {
           badge: {
             run: () => {},
             preview: ({ subject, signal }) => {
               if (subject.id === 'u1') return { changes: ['badge: none → blue'] };
               globalThis.interruptPreview();
               return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
             },
           },
         },
       };`,
    );
    const tasks = [{ taskDefinitionId: 'badge' }];
    const workflow = { category: 'joiner', displayName: 'Badges', executionConditions: 'onDemand', tasks };
    await write('badges.json', JSON.stringify(workflow));
    const args = ['run', '--connect', '@slow.mjs', '--workflow', '@badges.json', '--dry-run'];
    const { stdout, stderr } = expectCode(
      await tenureOn(host, ...args, '--concurrency', '1', '--stop-timeout', '1'),
      130,
    );
    expect(stderr).toContain('SIGINT: stopping within 1 s;');
    expect(stdout).toContain('1 would be changed · 2 not looked at: stopped before');
    expect(stdout).toMatch(/1 × {2}1 {2}badge {2}badge: none → blue {2}u1\n/);
  });

  it('is asked for by --dry-run only', async () => {
    await place.joiners(1);
    expect(expectCode(await tenure(...JOIN, '--out', '@x.json'), 1).stderr).toContain(
      'together with --dry-run',
    );
    await write('own.json', '{}');
    const refused = await tenure(...JOIN, '--dry-run', '--out', '@own.json');
    expect(expectCode(refused, 1).stderr).toContain('which tenure did not write');
  });
});
