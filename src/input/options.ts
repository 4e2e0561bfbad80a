/**
 * Objects by their description: a reader for each field. What is described is what can be given; any other field is
 * refused, with the nearest right name, for callers whose language does not check types.
 */
import { type Fields, fieldsOf, readWord } from './fields.ts';
import { type Place, root } from './refuse.ts';

/** Makes a checked value of what stands at a place. @throws LifecycleError `InvalidArgument`. */
export type Reader<T> = (place: Place) => T;

/** A reader for each field. `satisfies ShapeOf<Options>` has the compiler see that none is forgotten. */
export type ShapeOf<T extends object> = { readonly [Field in keyof T]-?: Reader<T[Field] | undefined> };

type Shape = Readonly<Record<string, Reader<unknown>>>;
type ReadBy<S extends Shape, Field extends keyof S> = ReturnType<S[Field]>;
type OptionalOf<S extends Shape> = {
  [Field in keyof S]: undefined extends ReadBy<S, Field> ? Field : never;
}[keyof S];

/** What is read by a shape; fields that were not given, and have no default, are not in it. */
export type ReadShape<S extends Shape> = {
  readonly [Field in Exclude<keyof S, OptionalOf<S>>]: ReadBy<S, Field>;
} & { readonly [Field in OptionalOf<S>]?: Exclude<ReadBy<S, Field>, undefined> };

/** A field that may be absent. */
export function optional<T>(read: Reader<T>): Reader<T | undefined> {
  return (place) => (place.value === undefined ? undefined : read(place));
}

/** A field that may be absent, and is `otherwise` then. */
export function withDefault<T, const Default>(read: Reader<T>, otherwise: Default): Reader<T | Default> {
  return (place) => (place.value === undefined ? otherwise : read(place));
}

/** A field that may be null. */
export function nullable<T>(read: Reader<T>): Reader<T | null> {
  return (place) => (place.value === null ? null : read(place));
}

/** The object at a place. Fields of `ignored` may be there and are not read. */
export function readShape<S extends Shape>(
  place: Place,
  shape: S,
  ignored: readonly string[] = [],
): ReadShape<S> {
  return fieldsBy(shape, fieldsOf(place, Object.keys(shape), ignored));
}

/**
 * The options of a function; none when they are absent.
 *
 * @param of names the function, in messages: "the options of createEngine".
 */
export function readOptions<S extends Shape>(value: unknown, of: string, shape: S): ReadShape<S> {
  return readShape(root(value === undefined ? {} : value, `the options of ${of}`), shape);
}

/** A reader of objects. */
export function shapeReader<S extends Shape>(shape: S): Reader<ReadShape<S>> {
  return (place) => readShape(place, shape);
}

/** What the readers of a shape make of fields. */
export function fieldsBy<S extends Shape>(shape: S, at: Fields): ReadShape<S> {
  const read = Object.entries(shape).map(([field, reader]) => [field, reader(at(field))] as const);
  return Object.fromEntries(read.filter(([, value]) => value !== undefined)) as ReadShape<S>;
}

/** A reader of objects whose field `by` says which shape the rest of them has. */
export function variantReader(
  by: string,
  variants: Readonly<Record<string, Shape>>,
): Reader<Readonly<Record<string, unknown>>> {
  const names = Object.keys(variants);
  const readName = (place: Place) => readWord(place, names);
  return (place) => {
    const name = readName(fieldsOf(place, null)(by));
    return readShape(place, { [by]: readName, ...variants[name] });
  };
}
