import { Option } from 'commander';
import type { ListOptions } from '../ledger/list-options.ts';
import { LIMITS } from '../model/limits.ts';
import { someText, wholeNumber } from './options.ts';

/** Options of every command that prints a page of a list. */
export interface PageOptions {
  readonly filter?: string;
  readonly orderBy?: string;
  readonly top?: number;
  readonly after?: string;
}

/**
 * @param noun what the list is of, in the plural.
 * @param topMax how many a call can have.
 */
export function pageOptions(noun: string, topMax: number = LIMITS.pageSizeMax): readonly Option[] {
  return [
    new Option('--filter <filter>', "OData: processingStatus eq 'failed'").argParser(someText),
    new Option('--order-by <property>', 'a date or processingStatus, then asc or desc').argParser(someText),
    new Option('--top <n>', `${noun} of a page, at most; default ${LIMITS.pageSizeDefault}`).argParser(
      wholeNumber(1, topMax),
    ),
    new Option('--after <token>', 'the page after this one: nextToken of --json').argParser(someText),
  ];
}

/** As the library takes them. */
export function listOptionsOf({ filter, orderBy, top, after }: PageOptions): ListOptions {
  const given = Object.entries({ filter, orderBy, top, after }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}

/** How to come to the rest. */
export function moreLine(nextToken: string, topMax: number = LIMITS.pageSizeMax): string {
  return `More follow: --top takes up to ${topMax}, --filter narrows, --after ${nextToken}`;
}
