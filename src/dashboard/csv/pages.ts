/** Where the rows of a CSV come from, a page at a time. */
import { LIMITS } from '../../model/limits.ts';
import type { Page } from '../../model/resources/resources.ts';

/** Rows that are all there. */
export async function* once<Row>(rows: readonly Row[]): AsyncGenerator<readonly Row[]> {
  yield rows;
}

/** The pages of a list, each read when the one before was taken. */
export async function* pagesOf<Row>(
  list: (page: { readonly top: number; readonly after?: string }) => Promise<Page<Row>>,
): AsyncGenerator<readonly Row[]> {
  for (let after: string | null = null; ; ) {
    const page: Page<Row> = await list({ top: LIMITS.pageSizeMax, ...(after === null ? {} : { after }) });
    yield page.value;
    after = page.nextToken;
    if (after === null) return;
  }
}
