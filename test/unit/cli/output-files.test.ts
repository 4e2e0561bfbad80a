import { link, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ClaimOptions, claimOutputs, type OutputFile } from '../../../src/cli/output-files.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tenure-outputs-'));
  await mkdir(at('folder'));
  await writeFile(at('input.json'), '{"mine":true}');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = (name: string): string => `${folder}/${name}`;
const output = (name: string, option = '--report'): OutputFile => ({
  path: at(name),
  option,
  isOurs: (beginning) => beginning.startsWith('ours'),
});
const claim = (outputs: readonly OutputFile[], options: Partial<ClaimOptions> = {}): Promise<void> =>
  claimOutputs(outputs, { inputs: [at('input.json')], force: false, ...options });

describe('an output that is an input', () => {
  const spellings: Readonly<Record<string, () => Promise<string>>> = {
    'its own path': async () => 'input.json',
    'another spelling of the path': async () => './folder/../input.json',
    'a symbolic link to it': async () => {
      await symlink('input.json', at('link.json'));
      return 'link.json';
    },
    'a hard link to it': async () => {
      await link(at('input.json'), at('hard.json'));
      return 'hard.json';
    },
    'a path through a linked folder': async () => {
      await symlink(folder, at('folder/back'));
      return 'folder/back/input.json';
    },
  };
  it.each(Object.entries(spellings))('is refused by %s, unless forced', async (_, make) => {
    const name = await make();
    await expect(claim([output(name)])).rejects.toThrow(/--report to name no input file of the command/);
    await claim([output(name)], { force: true });
    await expect(claim([output(name)], { force: true, areInputsInUse: true })).rejects.toThrow(
      /input file of the command/,
    );
  });

  it('is refused when the input is the link', async () => {
    await symlink('input.json', at('link.json'));
    await expect(claim([output('input.json')], { inputs: [at('link.json')] })).rejects.toThrow(
      /input\.json, which is the same file as .*link\.json$/,
    );
  });
});

describe('an output that is there', () => {
  it('is refused when something else made it, unless forced', async () => {
    await writeFile(at('notes.txt'), 'not ours');
    await expect(claim([output('notes.txt')])).rejects.toMatchObject({
      message: expect.stringMatching(/got .*notes\.txt, which tenure did not write$/),
      remedy: expect.stringMatching(/--force/),
    });
    await claim([output('notes.txt')], { force: true });
  });

  it('is taken when it was made by us, is empty, or cannot hold anything', async () => {
    await writeFile(at('ours.txt'), 'ours, from last week');
    await writeFile(at('empty.txt'), '');
    await claim([output('ours.txt'), output('empty.txt'), { ...output(''), path: '/dev/null' }]);
  });

  it('is refused when it is a folder', async () => {
    await expect(claim([output('folder')], { force: true })).rejects.toThrow(/name a file, got the folder/);
  });
});

describe('an output that is new', () => {
  it('is taken, and nothing is written yet', async () => {
    await symlink('nowhere.html', at('dangling.html'));
    await claim([output('new.html'), output('dangling.html')]);
    expect((await readdir(folder)).sort()).toEqual(['dangling.html', 'folder', 'input.json']);
  });

  it('is refused when its folder is missing, unless that is made', async () => {
    await expect(claim([output('none/below/new.html')])).rejects.toThrow(
      /to write .*none\/below\/new\.html, got ENOENT/,
    );
    await claim([{ ...output('none/below/new.html'), makesFolders: true }]);
    await expect(claim([{ ...output('input.json/new.html'), makesFolders: true }])).rejects.toThrow(
      /got the file .*input\.json where a folder should be/,
    );
  });
});

describe('two outputs', () => {
  it('must be two files, whether they are there or not', async () => {
    const twice = [output('new.txt', '--db'), output('folder/../new.txt', '--effects')];
    await expect(claim(twice, { force: true })).rejects.toThrow(
      /--effects and --db to be two files, got one/,
    );
    await symlink('new.txt', at('dangling.txt'));
    const linked = [output('new.txt', '--db'), output('dangling.txt', '--effects')];
    await expect(claim(linked, { force: true })).rejects.toThrow(/two files/);
    await claim([output('new.txt'), output('newer.txt')]);
  });
});
