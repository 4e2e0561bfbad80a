/** Small helpers on the tree of `model/filter.ts`. */
import type { Filter, FilterExpression, FilterPath } from '../model/filter.ts';

/** Any node. */
export type FilterNode = Filter | FilterExpression;

const FILTER_KINDS: ReadonlySet<string> = new Set(['and', 'or', 'not', 'compare', 'in', 'truth', 'lambda']);

/** Nodes that put their children one level deeper; the others have at most leaves or one of these below. */
export const NESTING_KINDS: ReadonlySet<string> = new Set([
  'and',
  'or',
  'not',
  'lambda',
  'call',
  'arithmetic',
  'condition',
]);

/** Whether a node is a condition rather than a value. */
export function isFilter(node: FilterNode): node is Filter {
  return FILTER_KINDS.has(node.kind);
}

/** The nodes directly below `node`. */
function childrenOf(node: FilterNode): readonly FilterNode[] {
  switch (node.kind) {
    case 'and':
    case 'or':
      return node.operands;
    case 'not':
    case 'truth':
      return [node.operand];
    case 'compare':
      return [node.left, node.right];
    case 'in':
      return [node.operand, ...node.values];
    case 'lambda':
      return node.condition === null ? [node.path] : [node.path, node.condition];
    case 'call':
      return node.args;
    case 'arithmetic':
      return node.right === undefined ? [node.left] : [node.left, node.right];
    case 'condition':
      return [node.condition];
    default:
      return [];
  }
}

/** The comparisons, memberships, lambdas and truths below a node, itself included. */
export function conditionsIn(root: FilterNode): number {
  let count = 0;
  const open: FilterNode[] = [root];
  for (let next = open.pop(); next; next = open.pop()) {
    if (isFilter(next) && next.kind !== 'and' && next.kind !== 'or' && next.kind !== 'not') count += 1;
    open.push(...childrenOf(next));
  }
  return count;
}

/** The first node that is nested deeper than `max` levels; `null` when none is. Uses no stack. */
export function nodeDeeperThan(root: FilterNode, max: number): FilterNode | null {
  const open: { readonly node: FilterNode; readonly depth: number }[] = [{ node: root, depth: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const depth = next.depth + (NESTING_KINDS.has(next.node.kind) ? 1 : 0);
    if (depth > max) return next.node;
    for (const node of childrenOf(next.node)) open.push({ node, depth });
  }
  return null;
}

/** A path as it is written: `employeeOrgData/division`. */
export function pathText(segments: readonly string[]): string {
  return segments.join('/');
}

/** The paths that a row has to be read by for a node; of a lambda only the collection, as its elements are of that. */
export function pathsIn(root: FilterNode): readonly FilterPath[] {
  const paths: FilterPath[] = [];
  const open: FilterNode[] = [root];
  for (let next = open.pop(); next; next = open.pop()) {
    if (next.kind === 'path') paths.push(next);
    open.push(...(next.kind === 'lambda' ? [next.path] : childrenOf(next).toReversed()));
  }
  return paths;
}

/**
 * Whether a filter names a property, or a part of it: `subject/id` mentions `subject`. Texts in the filter, and the
 * variables of lambdas, are not properties.
 */
export function mentions(filter: Filter, property: string): boolean {
  const wanted = property.split('/');
  const open: { readonly node: FilterNode; readonly variables: readonly string[] }[] = [
    { node: filter, variables: [] },
  ];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node } = next;
    if (node.kind === 'path') {
      const [first = '', ...rest] = node.segments;
      const segments = first === '$it' ? rest : node.segments;
      const isVariable = next.variables.includes(first);
      if (!isVariable && wanted.every((name, index) => segments[index] === name)) return true;
    }
    const inner =
      node.kind === 'lambda' && node.variable !== null ? [...next.variables, node.variable] : next.variables;
    for (const child of childrenOf(node)) {
      const isCollection = node.kind === 'lambda' && child === node.path;
      open.push({ node: child, variables: isCollection ? next.variables : inner });
    }
  }
  return false;
}

/** Conditions that have to hold all at once: the operands of `and`, at any depth. */
export function conjuncts(filter: Filter): readonly Filter[] {
  return filter.kind === 'and' ? filter.operands.flatMap(conjuncts) : [filter];
}
