import { ERROR_CODES, type ErrorCode } from '../../../errors/codes.ts';
import { FAILURE_GUIDE } from '../../../errors/failure-guide.ts';
import { ERROR_GUIDE } from '../../../errors/guide.ts';
import { nearest } from '../../../input/nearest.ts';
import type { Host } from '../../host.ts';
import { CliError } from '../../terminal/cli-error.ts';
import { oneLine } from '../../terminal/text.ts';

/** What is said about a code. */
interface ExplainedCode {
  readonly title: string;
  readonly meaning: string;
  /** Further facts, by their names. */
  readonly facts: Readonly<Record<string, string>>;
  /** All of it, for machines. */
  readonly json: object;
}

/** Prints what a code means and what to do. @throws CliError for one that does not exist, with the nearest. */
export function explainCode({ stdout, self }: Host, text: string, asJson: boolean): void {
  const explained = find(text);
  if (explained === null) {
    const meant = nearest(text, [...Object.keys(ERROR_CODES), ...Object.keys(FAILURE_GUIDE)]);
    const hint = meant === null ? '' : `; did you mean ${meant}?`;
    throw new CliError(
      `Expected the code of an error, or a workflow and a person, got ${oneLine(text)}${hint}`,
      `All codes: ${self} docs errors`,
    );
  }
  const { title, meaning, facts, json } = explained;
  if (asJson) {
    stdout.line(JSON.stringify(json, null, 2));
    return;
  }
  stdout.line(title);
  stdout.line(meaning);
  for (const [name, fact] of Object.entries(facts))
    stdout.line(`  ${stdout.style.dim(name.padEnd(7))} ${fact}`);
}

function find(text: string): ExplainedCode | null {
  const wanted = text.toLowerCase();
  const error = Object.keys(ERROR_CODES).find((code) => code.toLowerCase() === wanted);
  if (error !== undefined) return explainedError(error as ErrorCode);
  const failures = Object.entries(FAILURE_GUIDE);
  const [code, guide] =
    failures.find(([code]) => code.toLowerCase() === wanted) ??
    failures.find(([code]) => code.endsWith('…') && isOfFamily(text, code.slice(0, -1))) ??
    [];
  if (code === undefined || guide === undefined) return null;
  const { meaning, remedy, by } = guide;
  const name = code.endsWith('…') ? text : code;
  return {
    title: `${name} · of a failed task · given by ${by}`,
    meaning,
    facts: { remedy },
    json: { code: name, meaning, remedy, by },
  };
}

/** `Http404`, `ECONNRESET`. */
function isOfFamily(text: string, prefix: string): boolean {
  return text.startsWith(prefix) && /^[A-Z\d]\w+$/.test(text.slice(prefix.length));
}

function explainedError(code: ErrorCode): ExplainedCode {
  const { status, graphCode, retryable, meaning } = ERROR_CODES[code];
  const again = retryable ? 'the same call can succeed later' : 'the same call would fail again';
  const facts = { ...ERROR_GUIDE[code] };
  return {
    title: `${code} · HTTP ${status} ${graphCode} · ${again}`,
    meaning: `${meaning}.`,
    facts,
    json: { code, status, graphCode, retryable, meaning: `${meaning}.`, ...facts },
  };
}
