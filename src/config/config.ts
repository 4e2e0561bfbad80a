/** What a configuration file says. The type is inferred, files are read, and the JSON schema is made by what stands here. */
import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema';
import type { InferOutput } from 'valibot';
import { kinds, object, opaque, record, text } from '../input/schema.ts';
import type { TaskHandler } from '../ports/task-handler.ts';
import type { KindName } from './kind-names.ts';
import { ENTRA } from './kinds/entra.ts';
import { FILE } from './kinds/file.ts';
import { LDAP } from './kinds/ldap.ts';
import { MAIL } from './kinds/mail.ts';
import { SCIM } from './kinds/scim.ts';
import { SQL } from './kinds/sql.ts';
import { WEBHOOK } from './kinds/webhook.ts';

/** The kinds of connections, by their names. */
export const KINDS = {
  file: FILE,
  scim: SCIM,
  ldap: LDAP,
  entra: ENTRA,
  mail: MAIL,
  webhook: WEBHOOK,
  sql: SQL,
} as const satisfies Readonly<Record<KindName, unknown>>;

type Shapes = { readonly [Kind in keyof typeof KINDS]: (typeof KINDS)[Kind]['shape'] };
const SHAPES = Object.fromEntries(Object.entries(KINDS).map(([kind, { shape }]) => [kind, shape])) as Shapes;
const CONNECTION = kinds(SHAPES, 'A system with people, or one that tasks work on.');

const HANDLER = opaque<TaskHandler>(
  'a function, or an object with a function `run`',
  (value) => typeof value === 'function' || (typeof value === 'object' && value !== null),
);

/** What a configuration says. */
export const CONFIG = object(
  { connections: record(CONNECTION, 'By names of your own.') },
  {
    $schema: text(0, 1_024, 'The schema, for editors. Ignored.'),
    directory: text(1, 256, 'The connection whose people they are. Default: the file of --users.'),
    tasks: record(HANDLER, 'Handlers of your own, by the keys of their tasks; in code only. Default: none.'),
  },
);

/** JSON schema (2020-12) of a configuration in a `.json` file. */
export const CONFIG_SCHEMA: JsonSchema = {
  title: 'tenure configuration',
  ...toJsonSchema(CONFIG, { target: 'draft-2020-12', typeMode: 'output', ignoreActions: ['check'] }),
};

/** Where people are and where tasks do their work: the content of `tenure.config.ts`, `.js`, `.mjs` or `.json`. */
export interface Config extends InferOutput<typeof CONFIG> {}
/** One connection: its `kind`, and the fields of that kind. */
export type ConnectionConfig = InferOutput<typeof CONNECTION>;
