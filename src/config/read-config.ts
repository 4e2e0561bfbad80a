/** Reads a configuration file, and refuses it with file, path and reason. */
import { readFile } from 'node:fs/promises';
import { registerHooks } from 'node:module';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { LifecycleError } from '../errors/lifecycle-error.ts';
import { invalid, root } from '../input/refuse.ts';
import { readBy } from '../input/schema.ts';
import { CONFIG, type Config } from './config.ts';

/** A configuration that has been read. */
export interface ReadConfig {
  /** Absolute. */
  readonly path: string;
  readonly isJson: boolean;
  readonly config: Config;
}

const MODULES: ReadonlySet<string> = new Set(['.ts', '.mts', '.js', '.mjs']);

/**
 * Reads a configuration: a `.json` file, or a module (`.ts`, `.mts`, `.js`, `.mjs`) with a default export.
 *
 * @throws LifecycleError `InvalidFile` for a file that cannot be read; `InvalidArgument` with the path of the field in it.
 */
export async function readConfig(file: string): Promise<ReadConfig> {
  const path = resolve(file);
  const isJson = extname(path) === '.json';
  const content = isJson ? await readJson(path, file) : await readModule(path, file);
  try {
    const config = readBy(CONFIG, root(content, 'the configuration'));
    if (!isJson || config.tasks === undefined) return { path, isJson, config };
    throw invalid({ path: 'tasks', value: config.tasks }, 'absent in JSON: handlers are code', 'an object');
  } catch (error) {
    throw atFile(file, error);
  }
}

/** The error with the file in its message and details. */
export function atFile(file: string, error: unknown): unknown {
  if (!LifecycleError.is(error)) return error;
  const details = { ...error.details, file };
  return new LifecycleError(error.code, `${file}: ${error.message}`, details, { cause: error });
}

async function readJson(path: string, file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw unreadable(file, `Expected a configuration, got ${reasonOf(cause)}`, cause);
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw unreadable(file, `Expected JSON, got: ${faultOfJson(text, (cause as Error).message)}`);
  }
}

async function readModule(path: string, file: string): Promise<unknown> {
  const extension = extname(path);
  if (!MODULES.has(extension))
    throw unreadable(file, `Expected a file that ends in ${[...MODULES].join(', ')} or .json`);
  await readFile(path).catch((cause) => {
    throw unreadable(file, `Expected a configuration, got ${reasonOf(cause)}`, cause);
  });
  const { href } = pathToFileURL(path);
  addHooks(href);
  let exported: Readonly<Record<string, unknown>>;
  try {
    exported = (await import(href)) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw unreadable(file, `Expected a module that loads, got: ${reasonOf(cause)}`, cause);
  }
  if (exported.default !== undefined) return exported.default;
  throw unreadable(file, 'Expected `export default defineConfig({ … })`, got no default export');
}

/** URLs of configurations. */
const configurations = new Set<string>();

/**
 * Has Node load configurations as ES modules, whatever `type` the package around them has, and resolve `tenure/config` in
 * them where the package is not installed beside them: `npx`, a global installation.
 */
function addHooks(href: string): void {
  const isFirst = configurations.size === 0;
  configurations.add(href);
  if (!isFirst) return;
  const { url } = import.meta;
  registerHooks({
    resolve(specifier, context, next) {
      if (configurations.has(specifier))
        return {
          url: specifier,
          format: /ts$/.test(specifier) ? 'module-typescript' : 'module',
          shortCircuit: true,
        };
      try {
        return next(specifier, context);
      } catch (error) {
        const [, entry = 'index'] = /^tenure(?:\/([\w/-]+))?$/.exec(specifier) ?? [specifier, null];
        if (entry === null) throw error;
        // Among the sources this module is one folder below the entries; the build has all modules beside them.
        const own = url.endsWith('.ts') ? `../${entry}.ts` : `./${entry}.js`;
        return next(new URL(own, url).href, context);
      }
    },
  });
}

/** What V8 says, with the line in place of the text that it quotes: there may be a secret in it. */
function faultOfJson(text: string, message: string): string {
  const [, fault, quoted = ''] = /^(.*?), (?:\.{3})?"(.*)"(?:\.{3})? is not valid JSON$/s.exec(message) ?? [];
  if (fault === undefined) return message;
  const at = text.indexOf(quoted);
  // The fault is in the middle of what is quoted, unless it is at the beginning of the text.
  const line = text.slice(0, at === 0 ? 1 : at + Math.ceil(quoted.length / 2)).split('\n').length;
  return at === text.lastIndexOf(quoted) ? `${fault} near line ${line}` : fault;
}

function reasonOf(cause: unknown): string {
  if ((cause as { readonly code?: unknown } | null)?.code === 'ENOENT') return 'no file';
  return cause instanceof Error ? cause.message.replaceAll(/\s*\n\s*/g, ' ') : String(cause);
}

function unreadable(file: string, message: string, cause?: unknown): LifecycleError<'InvalidFile'> {
  return new LifecycleError('InvalidFile', `${file}: ${message}`, { file }, { cause });
}
