/** The commands and programs of src/testing/VERIFY.md do what the page says, and its table is that of the rules. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RULE_FACTS } from '../../src/testing.ts';
import { expectCode, workplace } from '../cli/support.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'src/testing/VERIFY.md'), 'utf8');
const blocks = (language: string): readonly string[] =>
  [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, body = '']) => body,
  );

describe('the guide of verified history', () => {
  const { write, path, tenure } = workplace();

  it('has an export, and a command and a program that print what it says of it', async () => {
    const [ofCommand, ofProgram] = blocks('text');
    await write('export.json', blocks('json')[0] ?? '');
    const [, ...args] = (blocks('sh')[0] ?? '').trim().split(' ');
    expect(expectCode(await tenure(...args), 2).stdout).toBe(ofCommand);
    const program = (blocks('ts')[0] ?? '').replace("'tenure/testing'", `'${join(ROOT, 'src/testing.ts')}'`);
    await write('program.mts', program);
    const printed = execFileSync(process.execPath, [path('program.mts')], {
      cwd: path('.'),
      encoding: 'utf8',
    });
    expect(printed).toBe(ofProgram);
  });

  it('has every rule, with who states it', () => {
    const rows = Object.entries(RULE_FACTS).map(([name, { basis, page, states }]) => {
      const from = page === null ? 'tenure' : `tenure, from *${page}*`;
      return `| ${name} | ${basis === 'documented' ? `Microsoft: *${page}*` : from} | ${states} |`;
    });
    expect(PAGE.trimEnd().split('\n').slice(-rows.length)).toEqual(rows);
  });

  it('links to pages that exist', () => {
    for (const [, link = ''] of PAGE.matchAll(/\]\(([^)#]+)/g)) readFileSync(join(ROOT, 'src/testing', link));
  });
});
