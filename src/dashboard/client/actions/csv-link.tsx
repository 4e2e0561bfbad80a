import { data } from '../data.ts';

/** Downloads all rows of a list, with the conditions that the page has. */
export function CsvLink({
  path,
  params = {},
}: {
  path: string;
  params?: Readonly<Record<string, string | undefined>>;
}) {
  return (
    <a class="button quiet" href={data(`csv/${path}`, params)} download>
      CSV
    </a>
  );
}
