import { kinds, list, loose, object, positive, record, text, whole, word } from '../../input/schema.ts';
import type { Subject } from '../../model/subject.ts';

/** People of a scenario, at most. */
export const PEOPLE_MAX = 1_000_000;

/** A name in a scenario. */
export const name = (description?: string) => text(1, 256, description);

/** The people of a scenario at its start. */
export const POPULATION = kinds(
  {
    generated: [
      { headcount: whole(0, PEOPLE_MAX, 'Number of people at the start.') },
      {
        departments: list(
          object({ name: name() }, { weight: positive(1_000_000, 'Relative size. Default 1.') }),
          { min: 1, max: 1_000 },
          'Default: the nine of tenure sample.',
        ),
        peoplePerManager: whole(1, 1_000, 'On average. Default 10.'),
      },
    ],
    file: [
      {
        path: text(
          1,
          4_096,
          'CSV, TSV, JSONL or JSON, relative to the folder of the scenario, if that is a file.',
        ),
      },
      {
        map: record(
          name(),
          'Attribute → column: { "id": "WorkerID" }. Default: columns have the names of attributes.',
        ),
        delimiter: text(1, 8, 'Of a CSV file. Default: found out.'),
        onDuplicate: word(
          ['refuse', 'first', 'last'],
          'What to do with a second person of one id. Default refuse.',
        ),
        dates: list(
          name(),
          { max: 20 },
          'Date formats in addition to ISO 8601: ["dd/MM/yyyy", "excel"]. Default: none.',
        ),
        dateAttributes: list(
          name(),
          { max: 100 },
          'Attributes that hold dates, in addition to those of Graph’s user. Default: none.',
        ),
      },
    ],
    given: [
      {
        people: list(
          loose<Subject>('A person: an id and attributes under Graph’s names.'),
          { max: PEOPLE_MAX },
          'The people themselves.',
        ),
      },
    ],
  },
  'The people at the start: generated, those of a file, or given here.',
);
