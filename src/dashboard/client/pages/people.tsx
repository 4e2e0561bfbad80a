import { useEffect } from 'preact/hooks';
import type { PeopleList } from '../../wire.ts';
import { data, useLoaded } from '../data.ts';
import { Answer, Empty } from '../parts/feedback.tsx';
import { Page } from '../parts/page.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { go, params } from '../router.ts';
import { to } from '../routes.ts';

/** People that were searched for. One that has the very id is shown at once. */
export function PeoplePage() {
  const text = params.value.get('q') ?? '';
  const found = useLoaded<PeopleList>(data('people', { q: text }));
  const body = found.isLoading ? null : found.body;
  const isId = body !== null && (body.hasRuns || (body.value.length === 1 && body.value[0]?.id === text));
  useEffect(() => {
    if (isId) go(to.person(text), { replace: true });
  }, [isId, text]);
  return (
    <Page title={text === '' ? 'People' : `People: ${text}`}>
      <Answer of={found}>
        {({ value, isCut }) =>
          value.length === 0 ? (
            <Empty
              title={text === '' ? 'Search for a name or id above.' : 'The directory has no such person.'}
            >
              {text === '' ? null : (
                <>
                  {isCut ? 'It was not read to its end in time: search by id, or more of the name. ' : ''}
                  <a href={to.person(text)}>Show the page of the id “{text}”</a>
                </>
              )}
            </Empty>
          ) : (
            <>
              <Table label="People" columns={COLUMNS} rows={value} keyOf={({ id }) => id} />
              {isCut ? <p class="soft">There may be more: search by more of the name.</p> : null}
            </>
          )
        }
      </Answer>
    </Page>
  );
}

const COLUMNS: readonly Column<PeopleList['value'][number]>[] = [
  { head: 'Person', cell: ({ id, displayName }) => <a href={to.person(id)}>{displayName ?? id}</a> },
  { head: 'Id', cell: ({ id }) => id },
  { head: 'Mail', cell: ({ mail }) => mail ?? <span class="soft">–</span> },
];
