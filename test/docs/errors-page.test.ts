/** `src/errors/README.md` is made of the tables of the source: `npx vitest run test/docs/errors-page.test.ts -u` writes it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES, type ErrorCode } from '../../src/errors/codes.ts';
import { FAILURE_GUIDE } from '../../src/errors/failure-guide.ts';
import { ERROR_GUIDE } from '../../src/errors/guide.ts';

const SRC = resolve(import.meta.dirname, '../../src');

const cell = (text: string): string => text.replaceAll('|', '\\|');
const row = (...cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;

const errorRows = (Object.keys(ERROR_CODES) as ErrorCode[]).map((code) => {
  const { status, graphCode, retryable, meaning } = ERROR_CODES[code];
  const { cause, remedy, where } = ERROR_GUIDE[code];
  const wire = `${status} \`${graphCode}\`${retryable ? ', again' : ''}`;
  return row(`\`${code}\``, `${meaning}. ${cause}`, remedy, where, wire);
});
const failureRows = Object.entries(FAILURE_GUIDE).map(([code, { meaning, remedy, by }]) =>
  row(`\`${code}\``, meaning, remedy, by),
);

const PAGE = `# Errors

Everything that a caller or the environment did wrong is a \`LifecycleError\`. Match on its \`code\`, never on its message;
\`details\` has plain data about the case, and \`retryable\` says whether the same call can succeed later. In a terminal,
\`tenure explain CODE\` says what is here.

\`\`\`ts
import { arrayDirectory, createEngine, LifecycleError } from 'tenure';

const engine = await createEngine({ directory: arrayDirectory([]), tasks: {} });
try {
  await engine.workflows.get('0000');
} catch (error) {
  if (!LifecycleError.is(error)) throw error;
  console.log(error.code, error.retryable);
}
await engine.close();
\`\`\`

\`\`\`text
NotFound false
\`\`\`

## Codes of errors

*Again*: the same call can succeed later, without being changed. The API answers with the HTTP status and the
code beside it.

| code | meaning and cause | remedy | where | HTTP |
| --- | --- | --- | --- | --- |
${errorRows.join('\n')}

## Codes of failed tasks

The \`code\` beside the \`failureReason\` of a task: \`runs.failures\` and \`tenure runs failures\` group by it. Handlers give codes of their own
with \`permanent\` and \`retryAfter\`; of other errors it is their \`code\`, their HTTP status or the name of their class. After the remedy,
\`tenure runs reprocess\` does the failed tasks again.

| code | meaning | remedy | given by |
| --- | --- | --- | --- |
${failureRows.join('\n')}
`;

describe('the page of errors', () => {
  it('has the tables of the source', async () => {
    await expect(PAGE).toMatchFileSnapshot(join(SRC, 'errors/README.md'));
  });

  it('has every code that the engine and the connections give to failed tasks', () => {
    const given = ['engine/handlers', 'connectors', 'config']
      .flatMap((room) =>
        readdirSync(join(SRC, room), { recursive: true, encoding: 'utf8' })
          .filter((name) => name.endsWith('.ts'))
          .map((name) => readFileSync(join(SRC, room, name), 'utf8')),
      )
      .flatMap((text) => [
        ...text.matchAll(/\bcode(?::| =| \?\?) (?:\w+ \? )?'([A-Z]\w+)'/g),
        ...text.matchAll(/\b(?:refused|lost|failed|PermanentFailure)\([^;]*?, '([A-Z]\w+)'/g),
      ])
      .map(([, code = '']) => code)
      .filter((code) => !Object.hasOwn(ERROR_CODES, code) && !/^Http\d/.test(code));
    const known = Object.keys(FAILURE_GUIDE).filter((code) => !code.endsWith('…'));
    const ofHandlers = ['HandlerFailed', 'InvalidResult'];
    expect([...new Set([...given, ...ofHandlers])].sort()).toEqual(known.sort());
  });
});
