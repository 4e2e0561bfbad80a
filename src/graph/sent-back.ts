/** Bodies with what a client was shown before: read as what it stands for. */
import { isDeepStrictEqual } from 'node:util';
import { annotationsOff } from './body.ts';
import type { EntityType } from './edm.ts';
import { type Row, wireValue } from './represent.ts';

/**
 * A body in which each property that reads as `row` was shown has the value of `row` itself: members of enumerations
 * that were masked, and objects whose `@odata.type` was left out, say what they are again.
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
