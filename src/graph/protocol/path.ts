/** Paths as OData writes them: `workflows('id')/runs/summary(startDateTime=…,endDateTime=…)`. */
import { badRequest } from '../graph-error.ts';

/** One step of a path. */
export interface Step {
  /** A name or a key as it was written, or the key that stood in parentheses. */
  readonly text: string;
  /** It stood in parentheses, so it can be nothing but a key. */
  readonly isKey: boolean;
  /** Parameters of a function; `null` for what has no parentheses. */
  readonly args: ReadonlyMap<string, string> | null;
}

const SEGMENT_LENGTH_MAX = 1_024;
const NAMESPACE = 'microsoft.graph.identitygovernance.';
const IN_PARENTHESES = /^([^()']*)\((.*)\)$/s;
const QUOTED = /^'((?:[^']|'')*)'$/s;
const ARGUMENT = /\s*([A-Za-z_][A-Za-z0-9_]*)\s*=\s*('(?:[^']|'')*'|[^,']*)\s*(?:,|$)/y;

/** The steps of a path below the version. @throws GraphError 400 for one that cannot be read. */
export function parsePath(path: string): readonly Step[] {
  return path
    .split('/')
    .filter((segment) => segment !== '')
    .flatMap(stepsOf);
}

/** `microsoft.graph.identityGovernance.summary` → `summary`; other names as they are. */
export function shortName(name: string): string {
  return name.toLowerCase().startsWith(NAMESPACE) ? name.slice(NAMESPACE.length) : name;
}

function stepsOf(segment: string): readonly Step[] {
  const text = decoded(segment);
  const match = IN_PARENTHESES.exec(text);
  if (!match) return [{ text, isKey: false, args: null }];
  const [, name = '', inside = ''] = match;
  const key = keyOf(inside.trim());
  if (key === null) return [{ text: name, isKey: false, args: argumentsOf(inside, text) }];
  const keyStep: Step = { text: key, isKey: true, args: null };
  return name === '' ? [keyStep] : [{ text: name, isKey: false, args: null }, keyStep];
}

function decoded(segment: string): string {
  try {
    const text = decodeURIComponent(segment);
    if (text.length <= SEGMENT_LENGTH_MAX) return text;
  } catch {
    // Not percent-encoded UTF-8; reported below.
  }
  throw badRequest('Expected a path of percent-encoded segments of at most 1024 characters.');
}

/** `'x'`, `3` or `id='x'`: a key. Anything else is the parameters of a function. */
function keyOf(inside: string): string | null {
  const value =
    inside.startsWith('id=') || inside.startsWith('versionNumber=')
      ? inside.slice(inside.indexOf('=') + 1)
      : inside;
  const quoted = QUOTED.exec(value)?.[1];
  if (quoted !== undefined) return quoted.replaceAll("''", "'");
  return /^[\w-]+$/.test(value) ? value : null;
}

function argumentsOf(inside: string, whole: string): ReadonlyMap<string, string> {
  const args = new Map<string, string>();
  ARGUMENT.lastIndex = 0;
  while (ARGUMENT.lastIndex < inside.length) {
    const match = ARGUMENT.exec(inside);
    const [, name = '', value = ''] = match ?? [];
    const key = name.toLowerCase();
    if (!match || args.has(key)) {
      throw badRequest(
        `Expected parameters name=value, each once, between commas, got \`${whole.slice(0, 100)}\`.`,
      );
    }
    args.set(key, QUOTED.exec(value.trim())?.[1]?.replaceAll("''", "'") ?? value.trim());
  }
  return args;
}
