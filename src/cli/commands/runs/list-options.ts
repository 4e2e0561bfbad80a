import { Option } from 'commander';
import type { ListOptions } from '../../../ledger/input/list-options.ts';
import { LIMITS } from '../../../model/limits.ts';
import { someText, wholeNumber } from '../../options.ts';

/** Options of every command that prints a page of a list. */
export interface PageOptions {
  readonly filter?: string;
  readonly orderBy?: string;
  readonly top?: number;
  readonly after?: string;
}

/**
 * @param noun the items of the list, in the plural.
 * @param topMax largest page of the list.
 */
export function pageOptions(noun: string, topMax: number = LIMITS.pageSizeMax): readonly Option[] {
  return [
    new Option('--filter <filter>', "OData: processingStatus eq 'failed'").argParser(someText),
    new Option('--order-by <property>', 'a date or processingStatus, then asc or desc').argParser(someText),
    new Option(
      '--top <n>',
      `largest number of ${noun} on the page; default ${LIMITS.pageSizeDefault}`,
    ).argParser(wholeNumber(1, topMax)),
    new Option('--after <token>', 'continue after an earlier page: nextToken of --json').argParser(someText),
  ];
}

/** The options as a query of the library. */
export function listOptionsOf({ filter, orderBy, top, after }: PageOptions): ListOptions {
  const given = Object.entries({ filter, orderBy, top, after }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}

/** How to get the rest. */
export function moreLine(nextToken: string, topMax: number = LIMITS.pageSizeMax): string {
  return `There are more: --top accepts up to ${topMax}, --filter narrows the list, --after ${nextToken} continues it`;
}
