import type { Filter } from '../../../model/filter.ts';
import type { PropertyTable } from '../../../model/resources/properties.ts';
import { conditionOf, type Dialect, type Where } from '../../sql/where.ts';

const SQLITE: Dialect = {
  placeholder: () => '?',
  canHold: () => true,
  // The plus keeps the planner from taking an index per value and then sorting all that it finds.
  memberColumn: (column) => `+${column}`,
  tests: {
    contains: (column, part, bind) => `instr(${column}, ${bind(part)}) > 0`,
    startswith: (column, part, bind) => `instr(${column}, ${bind(part)}) = 1`,
    // Not `=`: SQLite makes NULL of a part of nothing.
    endswith: (column, part, bind) =>
      `substr(CAST(${column} AS BLOB), ${bind(-Buffer.byteLength(part))}) IS CAST(${bind(part)} AS BLOB)`,
  },
};

/** See {@link conditionOf}. @throws LifecycleError `InvalidFilter`. */
export function whereOf<Row>(filter: Filter, table: PropertyTable<Row>): Where {
  return conditionOf(filter, table, SQLITE);
}
