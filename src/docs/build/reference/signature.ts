/** How a declaration is written: as code, and member by member. */
import type { Declaration, Declared, Module, Of } from './declarations.ts';
import { type Docstring, docstringBefore } from './docstring.ts';

const WIDTH_MAX = 100;
/** A longer declaration is a table of data: its beginning says enough. */
const LINES_MAX = 40;

/** A member of an interface, a class or an object type. */
export interface Member {
  readonly code: string;
  readonly doc: Docstring;
  /** Of an object whose properties have docstrings of their own. */
  readonly members: readonly Member[];
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/** The code of a name's declarations, without comments; members that are listed are left out. */
export function codeOf({ name, module, nodes }: Declared): string {
  return nodes.map((node) => cut(declarationCode(name, module, node))).join('\n');
}

function declarationCode(name: string, module: Module, node: Declaration): string {
  const { text } = module;
  const code = (from: number, to: number): string => cleaned(text.slice(from, to));
  switch (node.type) {
    case 'TSInterfaceDeclaration':
    case 'ClassDeclaration': {
      const head = code(node.start, node.body.start)
        .replace(/^declare /, '')
        .trim();
      const bases = node.type === 'TSInterfaceDeclaration' ? node.extends : [];
      const [first] = bases;
      if (head.length <= WIDTH_MAX || !first) return `${head} { … }`;
      const name = code(node.start, first.start)
        .replace(/^declare /, '')
        .trimEnd();
      return `${name}\n${bases.map((base) => `  ${code(base.start, base.end)}`).join(',\n')} { … }`;
    }
    case 'TSDeclareFunction': {
      const whole = code(node.start, node.end).replace(/^declare /, '');
      const [first, last] = [node.params[0], node.params.at(-1)];
      if (whole.length <= WIDTH_MAX || !first || !last) return whole;
      const head = code(node.start, first.start).replace(/^declare /, '');
      const params = node.params.map((param) => `  ${code(param.start, param.end).replace(/\n/g, '\n  ')},`);
      return [head, ...params, code(last.end, node.end)].join('\n');
    }
    case 'TSTypeAliasDeclaration': {
      const { typeAnnotation: type } = node;
      const source = text.slice(node.start, node.end).replace(/^declare /, '');
      // The docstrings of its parts stand in the code, unless they are listed below it.
      if (type.type !== 'TSTypeLiteral' && source.includes('/**')) return withIndent(source);
      const whole = type.type === 'TSTypeLiteral' ? `${code(node.start, type.start)}{ … };` : cleaned(source);
      if (whole.includes('\n') || whole.length <= WIDTH_MAX || type.type !== 'TSUnionType') return whole;
      const parts = type.types.map((part) => `  | ${code(part.start, part.end)}`);
      return `${code(node.start, type.start).trimEnd()}\n${parts.join('\n')};`;
    }
    default: {
      const one = node.declarations.find(({ id }) => id.type === 'Identifier' && id.name === name);
      const isListed = membersOfConstant(node, module).length > 0;
      return isListed ? `const ${name}: { … };` : `const ${one ? code(one.start, one.end) : name};`;
    }
  }
}

function cut(code: string): string {
  const lines = code.split('\n');
  if (lines.length <= LINES_MAX) return code;
  return [...lines.slice(0, LINES_MAX / 2), `  // … and ${lines.length - LINES_MAX / 2} more lines`].join(
    '\n',
  );
}

/** Code without comments, with two spaces where the compiler indents by four, and without the files of types. */
function cleaned(text: string): string {
  return withIndent(
    text
      .replace(/\/\*[\s\S]*?\*\//g, '')
      .replace(/^[ \t]*\/\/.*$/gm, '')
      .replace(/import\("[^"]*"\)\./g, '')
      .replace(/\n[ \t]*(?=\n)/g, '')
      .replace(/[ \t]+$/gm, ''),
  );
}

function withIndent(text: string): string {
  return text.replace(/^(?: {4})+/gm, (indent) => ' '.repeat(indent.length / 2));
}

/** The members that a declaration lists, public ones only. */
export function membersOf({ module, nodes }: Declared): readonly Member[] {
  return nodes.flatMap((node) => {
    if (node.type === 'TSInterfaceDeclaration' || node.type === 'ClassDeclaration')
      return listed(node.body.body, module);
    if (node.type === 'TSTypeAliasDeclaration' && node.typeAnnotation.type === 'TSTypeLiteral')
      return listed(node.typeAnnotation.members, module);
    return node.type === 'VariableDeclaration' ? membersOfConstant(node, module) : [];
  });
}

/** Of an object of functions, say: where its properties have docstrings. */
function membersOfConstant({ declarations }: Of<'VariableDeclaration'>, module: Module): readonly Member[] {
  const [one] = declarations;
  const type = one?.id.type === 'Identifier' ? one.id.typeAnnotation?.typeAnnotation : null;
  if (type?.type !== 'TSTypeLiteral') return [];
  const members = listed(type.members, module);
  return members.length <= LINES_MAX && members.every(({ doc }) => doc.text !== '') ? members : [];
}

function listed(nodes: readonly Node[], module: Module): readonly Member[] {
  return nodes.flatMap((node) => {
    const whole = module.text.slice(node.start, node.end);
    if (/^(?:private|protected|static #|#|\[[A-Z_]+\])/.test(whole)) return [];
    const members = objectMembers(node, module);
    const shown = members.length === 0 ? whole : whole.replace(/\{[\s\S]*\}/, '{ … }');
    const code = cleaned(shown)
      .replace(/^readonly /, '')
      .replace(/\s+/g, ' ')
      .replace(/;$/, '');
    return [{ code, doc: docstringBefore(module.text, node.start), members }];
  });
}

/** The properties of a member that is an object, where they have docstrings or are many. */
function objectMembers(node: Node, module: Module): readonly Member[] {
  if (node.type !== 'TSPropertySignature' && node.type !== 'PropertyDefinition') return [];
  const { typeAnnotation } = node as Node & { readonly typeAnnotation?: { readonly typeAnnotation: Node } };
  const type = typeAnnotation?.typeAnnotation;
  if (type?.type !== 'TSTypeLiteral') return [];
  const members = listed((type as Node & { readonly members: readonly Node[] }).members, module);
  const isLong = type.end - type.start > WIDTH_MAX;
  return isLong || members.some(({ doc }) => doc.text !== '') ? members : [];
}

/** The names that declarations mention. */
export function mentionedBy({ nodes }: Declared): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) {
      for (const one of value) visit(one);
      return;
    }
    const { type, typeName, exprName, expression, superClass } = value as Readonly<Record<string, unknown>>;
    const isClause = type === 'TSInterfaceHeritage' || type === 'TSClassImplements';
    for (const one of [typeName, exprName, superClass, isClause ? expression : null]) {
      const { type: kind, name } = (one ?? {}) as { readonly type?: string; readonly name?: string };
      if (kind === 'Identifier' && name !== undefined) names.add(name);
    }
    for (const inner of Object.values(value)) visit(inner);
  };
  visit(nodes);
  return names;
}
