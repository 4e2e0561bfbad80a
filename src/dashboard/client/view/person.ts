/** What a directory says of a person, in words. */

type Attributes = Readonly<Record<string, unknown>>;

/** Their name, where the directory has one, else their id. */
export function nameOf(attributes: Attributes | null, id: string): string {
  const name = attributes?.displayName;
  return typeof name === 'string' && name.trim() !== '' ? name : id;
}

/** Name and text of each attribute that has a value, nested ones by their path: `manager/id`. */
export function attributeTexts(attributes: Attributes, prefix = ''): readonly (readonly [string, string])[] {
  return Object.entries(attributes).flatMap(([name, value]): readonly (readonly [string, string])[] => {
    const path = prefix + name;
    if (value === null || value === undefined || value === '') return [];
    if (Array.isArray(value)) return [[path, value.map(textOf).join(', ')]];
    if (typeof value === 'object') return attributeTexts(value as Attributes, `${path}/`);
    return [[path, textOf(value)]];
  });
}

function textOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}
