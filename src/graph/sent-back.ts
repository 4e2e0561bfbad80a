/** Request bodies that contain what an earlier answer showed. */
import { isDeepStrictEqual } from 'node:util';
import { annotationsOff } from './body.ts';
import type { EntityType } from './edm.ts';
import { type Row, wireValue } from './represent.ts';

/**
 * Replaces each property of a body that equals what an answer shows of `row` by the value of `row`. That undoes what
 * answers leave out: names of hidden enumeration members, and `@odata.type` at metadata level `none`.
 */
export function sentBack(type: EntityType, body: Row, row: object): Row {
  const kept = row as Row;
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => {
      const kind = kindOf(type, name);
      const isAsShown = (['minimal', 'none'] as const).some((level) => {
        const shown = wireValue(kind, kept[name], { level, unknownEnumMembers: false });
        return isDeepStrictEqual(annotationsOff(shown, true), value);
      });
      return [name, isAsShown && Object.hasOwn(kept, name) ? kept[name] : value];
    }),
  );
}

function kindOf({ properties, navigation }: EntityType, name: string) {
  if (Object.hasOwn(properties, name)) return properties[name];
  return Object.hasOwn(navigation, name) ? navigation[name]?.type : undefined;
}
