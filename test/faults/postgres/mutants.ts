/** Stores without a part of the fence, which the soak has to find. */
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Mutant } from '../mutants.ts';

const FILE = 'stores/postgres/slices/slice-commit.ts';

/** By name: the changes of one file that make it. */
export const SOAK_MUTANTS: Readonly<Record<'no-claim' | 'no-seq', readonly Mutant[]>> = {
  'no-claim': [
    {
      file: FILE,
      title: 'a holder whose lease is over still commits',
      from: 'no = $2 AND claim = $3 AND seq = $4',
      to: 'no = $2 AND $3::int8 IS NOT NULL AND seq = $4',
    },
  ],
  'no-seq': [
    {
      file: FILE,
      title: 'a commit that arrives late is carried out after later ones',
      from: "claim = $3 AND seq = $4 AND canceling = $5 AND state <> 'ended' RETURNING 1",
      to: "claim = $3 AND $4::int8 IS NOT NULL AND canceling = $5 AND state <> 'ended' RETURNING seq",
    },
    {
      file: FILE,
      title: 'its row of the journal has the next free number',
      from: 'SELECT $1, $2, $4 + 1, $',
      to: 'SELECT $1, $2, slice.seq, $',
    },
  ],
};

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** A copy of the sources with a mutant, in `folder`; the path of the worker's program in it. */
export function makeMutant(folder: string, name: keyof typeof SOAK_MUTANTS): string {
  mkdirSync(folder);
  for (const copied of ['src', 'test/faults', 'package.json'])
    cpSync(join(ROOT, copied), join(folder, copied), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const { file, from, to } of SOAK_MUTANTS[name]) {
    const path = join(folder, 'src', file);
    const text = readFileSync(path, 'utf8');
    writeFileSync(
      path,
      text.replace(from, () => to),
    );
  }
  return join(folder, 'test/faults/postgres/worker.ts');
}
