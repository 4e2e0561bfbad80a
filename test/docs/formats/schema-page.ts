/** A JSON schema as tables of Markdown: a table for each object, a row for each field. */
import { IGNORED, type Schema } from './workflow-schema.ts';

interface Table {
  readonly title: string;
  readonly about: string;
  readonly schema: Schema;
}

/** Fields that the pages say once, at the top. */
const SAID_ONCE: ReadonlySet<string> = new Set(['@odata.type', '$schema']);

/** The tables of a schema, its nested objects after it. */
export function schemaTables(schema: Schema): string {
  return tablesOf({ title: '', about: '', schema }).join('\n\n');
}

function tablesOf({ title, about, schema }: Table): readonly string[] {
  const required = new Set(schema.required ?? []);
  const rows: string[] = [];
  const nested: Table[] = [];
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    if (field.description === IGNORED || SAID_ONCE.has(name)) continue;
    nested.push(...objectsIn(field, title === '' ? name : `${title}.${name}`));
    const need = required.has(name) ? '**Needed.**' : '';
    const said = [need, (field.description ?? '').replace(/\s+/g, ' ')].filter(Boolean).join(' ');
    rows.push(`| \`${name}\` | ${cell(typeOf(field))} | ${cell(said)} |`);
  }
  if (rows.length === 0) return [];
  const heading = title === '' ? '## Fields' : `### \`${title}\``;
  const table = ['| field | what | |', '| --- | --- | --- |', ...rows].join('\n');
  const text = [heading, ...(about === '' ? [] : [about]), table].join('\n\n');
  return [text, ...nested.flatMap((one) => tablesOf(one))];
}

/** The objects that stand in a field: itself, its items, its values or its alternatives. */
function objectsIn(field: Schema, title: string): Table[] {
  if (isSecret(field)) return [];
  const about = field.description ?? '';
  const variants = field.anyOf ?? field.oneOf ?? (field.allOf as Schema[] | undefined);
  if (variants !== undefined) {
    const objects = variants.filter(
      (one) => one.type === 'object' || one.anyOf !== undefined || one.oneOf !== undefined,
    );
    return objects.flatMap((one) => {
      const kind = (one.properties?.kind as { const?: string } | undefined)?.const;
      const suffix = kind ?? (objects.length === 1 ? null : mainField(one));
      return objectsIn(
        { ...one, description: one.description ?? '' },
        suffix === null ? title : `${title} (${suffix})`,
      );
    });
  }
  if (field.type === 'array' && field.items !== undefined)
    return objectsIn({ ...field.items, description: field.items.description ?? '' }, `${title}[]`);
  const values = field.additionalProperties;
  if (typeof values === 'object' && values !== null && field.properties === undefined)
    return objectsIn({ ...(values as Schema), description: '' }, `${title}.NAME`);
  if (field.type === 'object' && Object.keys(field.properties ?? {}).length > 0)
    return [{ title, about, schema: field }];
  return [];
}

/** The field by which an alternative is known. */
function mainField({ required = [], properties = {} }: Schema): string {
  const fields = required.length > 0 ? required : Object.keys(properties);
  return fields
    .filter((name) => name !== 'eventTiming')
    .slice(0, 2)
    .join(', ');
}

function typeOf(field: Schema): string {
  if (isSecret(field)) return '`{ "env": "NAME" }`';
  const { type, minimum, maximum, maxLength, format } = field;
  const variants = field.anyOf ?? field.oneOf;
  if (field.const !== undefined) return `\`${JSON.stringify(field.const)}\``;
  const words = field.enum as readonly unknown[] | undefined;
  if (words !== undefined)
    return words.length > 6 ? 'one of its words' : words.map((one) => `\`${one}\``).join(' ');
  if (variants !== undefined)
    return [...new Set(variants.filter((one) => one.maxProperties !== 0).map(typeOf))].join(' or ');
  if (field.not !== undefined) return 'a function';
  if (type === 'array') return `array of ${field.items === undefined ? 'anything' : typeOf(field.items)}`;
  const kinds = (Array.isArray(type) ? type : [type]).map((one) =>
    one === 'integer' ? 'whole number' : (one ?? 'anything'),
  );
  const text = kinds.join(' or ');
  if (typeof format === 'string') return `text: ${format}`;
  const above = field.exclusiveMinimum;
  if (above !== undefined) return `${text} above ${above}, up to ${maximum}`;
  if (minimum !== undefined && maximum !== undefined) {
    const isOpen = maximum === Number.MAX_SAFE_INTEGER;
    return isOpen ? `${text} from ${minimum} on` : `${text} ${minimum}..${maximum}`;
  }
  return kinds.includes('string') && maxLength !== undefined
    ? `${text.replace('string', 'text')}, up to ${maxLength}`
    : text.replace('string', 'text');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** Secrets of configurations: the name of a variable. */
function isSecret({ properties = {} }: Schema): boolean {
  return Object.keys(properties).join() === 'env';
}
