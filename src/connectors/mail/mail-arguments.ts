/** The arguments that every e-mail task takes. Domain §4.1. */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import type { Place } from '../../input/refuse.ts';
import { invalid } from '../../input/refuse.ts';
import { ConnectorError } from '../kernel/connector-error.ts';
import type { Audience } from './mail-people.ts';
import type { MailTextKey } from './mail-text.ts';
import { bodyReader, languageOf, readSubject } from './mail-texts.ts';

/** Recipients of one message, at most. */
export const RECIPIENTS_MAX = 100;
const WORDS: Readonly<Record<string, Audience>> = {
  user: 'user',
  manager: 'manager',
  managers: 'manager',
  sponsors: 'sponsors',
};

/** Arguments, read. */
export interface MailArguments {
  /** `null`: the people that the task is for. */
  readonly to: Audience | null;
  /** Ids and addresses. */
  readonly cc: readonly string[];
  readonly customSubject: string | null;
  readonly customBody: string | null;
  /** `null`: that of the recipient. */
  readonly language: string | null;
}

/** @throws LifecycleError `InvalidArgument`. */
function readMailArguments(
  key: MailTextKey,
  given: Readonly<Record<string, string | undefined>>,
): MailArguments {
  const read = <T>(name: string, reader: (place: Place) => T): T | null => {
    const value = given[name];
    // An argument without a value is as good as none.
    return value === undefined || value.trim() === '' ? null : reader({ path: name, value });
  };
  const to = read('to', readAudience);
  const cc = read('cc', readIds) ?? [];
  if (to === 'sponsors' && cc.length > 0)
    throw invalid({ path: 'cc', value: given.cc }, 'absent: a message to Sponsors has no copies');
  return {
    to,
    cc,
    customSubject: read('customSubject', readSubject),
    customBody: read('customBody', bodyReader(key)),
    language: read('locale', readLanguage),
  };
}

/** Reads them for a task that runs. @throws ConnectorError `refused`. */
export function argumentsOf(
  key: MailTextKey,
  given: Readonly<Record<string, string | undefined>>,
): MailArguments {
  try {
    return readMailArguments(key, given);
  } catch (error) {
    if (!LifecycleError.is(error)) throw error;
    throw new ConnectorError('refused', error.message, { code: 'BadArgument', cause: error });
  }
}

/** Has a workflow refused whose arguments a task would refuse. */
export function mailArgumentsSchema(
  key: MailTextKey,
): StandardSchemaV1<unknown, Readonly<Record<string, string>>> {
  return {
    '~standard': {
      version: 1,
      vendor: 'tenure',
      validate: (value) => {
        const given = value as Readonly<Record<string, string>>;
        try {
          readMailArguments(key, given);
          return { value: given };
        } catch (error) {
          if (!LifecycleError.is(error)) throw error;
          return { issues: [{ message: error.message }] };
        }
      },
    },
  };
}

function readAudience(place: Place): Audience {
  const text = String(place.value);
  return WORDS[text.trim().toLowerCase()] ?? readIds(place);
}

function readIds(place: Place): readonly string[] {
  const ids = String(place.value)
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
  if (ids.length > 0 && ids.length <= RECIPIENTS_MAX) return [...new Set(ids)];
  throw invalid(place, `1 to ${RECIPIENTS_MAX} ids of people or addresses, separated by commas`);
}

function readLanguage(place: Place): string {
  const language = languageOf(place.value);
  if (language !== null) return language;
  throw invalid(place, 'a language such as de or en-us');
}
