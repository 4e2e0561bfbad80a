/** Writes the reference and `llms.txt`: `npm run reference`, which makes the declarations in `dist` before. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LLMS, llmsText } from './llms.ts';
import { readPages } from './pages.ts';
import { REFERENCE, referenceOf } from './reference/reference.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const folder = join(ROOT, REFERENCE);

const pages = referenceOf(ROOT, join(ROOT, 'dist'));
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
for (const [name, text] of pages) writeFileSync(join(folder, name), text);
writeFileSync(join(ROOT, LLMS), llmsText(readPages(ROOT)));
