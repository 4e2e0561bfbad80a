/** The declarations of the package (`*.d.ts`), as its entries export them. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseAst } from 'rolldown/parseAst';

type Program = ReturnType<typeof parseAst>;
type Statement = Program['body'][number];
/** A statement of a type. */
export type Of<Type extends string, One = Statement> = One extends { readonly type: infer Types }
  ? Type extends Types
    ? One & { readonly type: Type }
    : never
  : never;

/** A declaration that a reference has a section for. */
export type Declaration = Of<
  | 'TSDeclareFunction'
  | 'TSInterfaceDeclaration'
  | 'TSTypeAliasDeclaration'
  | 'ClassDeclaration'
  | 'VariableDeclaration'
>;

/** A name that is declared, with all of its declarations: a function has one for each way to call it. */
export interface Declared {
  readonly name: string;
  readonly module: Module;
  readonly nodes: readonly Declaration[];
}

/** A file of declarations. */
export interface Module {
  readonly path: string;
  readonly text: string;
  readonly declared: ReadonlyMap<string, readonly Declaration[]>;
  /** Names that come from another file: by what they are called here. */
  readonly imported: ReadonlyMap<string, Reference>;
  readonly exported: ReadonlyMap<string, Reference>;
  /** The files all of whose exports are exported. */
  readonly stars: readonly string[];
}

/** A name in a file. */
interface Reference {
  readonly path: string;
  readonly name: string;
}

const DECLARATIONS = [
  'TSDeclareFunction',
  'TSInterfaceDeclaration',
  'TSTypeAliasDeclaration',
  'ClassDeclaration',
  'VariableDeclaration',
];

/** Reads files of declarations, each once. */
export class Declarations {
  readonly #modules = new Map<string, Module>();

  module(path: string): Module {
    const known = this.#modules.get(path);
    if (known) return known;
    const module = readModule(path);
    this.#modules.set(path, module);
    return module;
  }

  /** Everything that a file exports, in the order of its text. */
  exportsOf(path: string): readonly Declared[] {
    const { exported, stars } = this.module(path);
    const named = [...exported].map(([name, { path: from, name: there }]) => {
      const found = this.#find(from, there);
      if (!found) throw new Error(`Expected ${from} to declare ${there}, exported by ${path}; it does not`);
      return { ...found, name };
    });
    return [...named, ...stars.flatMap((star) => this.exportsOf(star))];
  }

  /** What a name in a file stands for; `null`: something of a package, of the language, or a type parameter. */
  meaningOf(name: string, { path, declared, imported }: Module): Declared | null {
    if (declared.has(name)) return this.#find(path, name);
    const from = imported.get(name);
    return from ? this.#find(from.path, from.name) : null;
  }

  #find(path: string, name: string): Declared | null {
    const module = this.module(path);
    const nodes = module.declared.get(name);
    if (nodes) return { name, module, nodes };
    const given = module.exported.get(name);
    // `export { type Name }` without `from` exports what was imported under that name.
    const from = given?.path === path && given.name === name ? module.imported.get(name) : given;
    if (from) return this.#find(from.path, from.name);
    for (const star of module.stars) {
      const found = this.#find(star, name);
      if (found) return found;
    }
    return null;
  }
}

function readModule(path: string): Module {
  const text = readFileSync(path, 'utf8');
  const declared = new Map<string, Declaration[]>();
  const imported = new Map<string, Reference>();
  const exported = new Map<string, Reference>();
  const stars: string[] = [];
  const declare = (node: Declaration, isExported: boolean): void => {
    for (const name of namesOf(node)) {
      declared.set(name, [...(declared.get(name) ?? []), node]);
      if (isExported) exported.set(name, { path, name });
    }
  };
  for (const statement of parseAst(text, { lang: 'dts' }, path).body) {
    if (isDeclaration(statement)) declare(statement, false);
    else if (statement.type === 'ImportDeclaration') {
      const from = fileOf(path, statement.source.value);
      if (from === null) continue;
      for (const one of statement.specifiers)
        if (one.type === 'ImportSpecifier')
          imported.set(one.local.name, { path: from, name: nameOf(one.imported) });
    } else if (statement.type === 'ExportAllDeclaration') {
      const from = fileOf(path, statement.source.value);
      if (from !== null) stars.push(from);
    } else if (statement.type === 'ExportNamedDeclaration') {
      const { declaration, source, specifiers } = statement;
      if (declaration && isDeclaration(declaration)) declare(declaration, true);
      const from = source ? fileOf(path, source.value) : path;
      for (const one of specifiers)
        if (from !== null) exported.set(nameOf(one.exported), { path: from, name: nameOf(one.local) });
    }
  }

  return { path, text, declared, imported, exported, stars };
}

function isDeclaration(node: { readonly type: string }): node is Declaration {
  return DECLARATIONS.includes(node.type);
}

function namesOf(node: Declaration): readonly string[] {
  if (node.type === 'VariableDeclaration')
    return node.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.name] : []));
  return node.id ? [node.id.name] : [];
}

function nameOf(name: { readonly name: string } | { readonly value: string }): string {
  return 'name' in name ? name.name : name.value;
}

/** The declarations of a module that a file names; `null`: those of a package. */
function fileOf(from: string, specifier: string): string | null {
  if (!specifier.startsWith('.')) return null;
  const path = resolve(dirname(from), specifier.replace(/\.[jt]s$/, '.d.ts'));
  if (!existsSync(path)) throw new Error(`Expected ${specifier}, named by ${from}, to have declarations`);
  return path;
}

/** The files of declarations of the package's entries, by the names under which programs import them. */
export function entriesOf(root: string, dist: string): ReadonlyMap<string, string> {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly exports: Readonly<Record<string, string | { readonly types: string }>>;
  };
  return new Map(
    Object.entries(exports).flatMap(([path, entry]) =>
      typeof entry === 'string'
        ? []
        : [[`tenure${path.slice(1)}`, join(dist, entry.types.replace('./dist/', ''))] as const],
    ),
  );
}
