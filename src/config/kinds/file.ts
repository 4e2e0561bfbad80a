import { tryCheck } from '../../connectors/kernel/connection-check.ts';
import { openDirectory } from '../../directory/open-directory.ts';
import { list, record, text, word } from '../../input/schema.ts';
import { connectionKind } from '../connection-kind.ts';

/** People of a file. */
export const FILE = connectionKind(
  [
    { path: text(1, 4_096, 'CSV, TSV, JSONL or JSON, relative to the folder of this file.') },
    {
      map: record(
        text(1, 256),
        'Attribute → column: { "id": "WorkerID" }. Default: columns have the names of attributes.',
      ),
      delimiter: text(1, 8, 'Of a CSV file. Default: found out.'),
      onDuplicate: word(
        ['refuse', 'first', 'last'],
        'What to do with a second person of one id. Default refuse.',
      ),
      shortRows: word(
        ['refuse', 'fill'],
        'What to do with rows that have fewer cells than the header. Default refuse.',
      ),
      dates: list(
        text(1, 256),
        { max: 20 },
        'Date formats in addition to ISO 8601: ["dd/MM/yyyy", "excel"]. Default: none.',
      ),
      dateAttributes: list(
        text(1, 256),
        { max: 100 },
        'Attributes that hold dates, in addition to those of Graph’s user. Default: none.',
      ),
    },
  ],
  {
    name: 'people',
    about: 'The people: a CSV file whose columns have the names of attributes, with an `id`.',
    fields: { path: 'people.csv' },
    isDirectory: true,
    tasks: [],
  },
  async ({ path, ...options }, { file, dateAttributes }) => {
    const open = () =>
      openDirectory(file(path), {
        ...options,
        map: new Map(Object.entries(options.map ?? {})),
        dateAttributes: [...(options.dateAttributes ?? []), ...dateAttributes],
      });
    return {
      tasks: {},
      directory: open,
      check: async () => [
        await tryCheck('read people', async () => {
          const people = await open();
          await people.close();
          return `${people.subjectsCount} people`;
        }),
      ],
    };
  },
);
