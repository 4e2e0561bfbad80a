import type { CatalogueArguments } from '../../catalogue/task-definitions.ts';
import type { Identified, Subject } from '../../model/subject.ts';
import type { BareTaskHandler, PlainTaskOptions, TaskHandler } from '../../ports/task-handler.ts';

/** A handler under any name. Its function is compared as a method, so that one with arguments of its own is one, too. */
type NamedHandler<Person extends Identified> =
  | BareTaskHandler<PlainTaskOptions<Readonly<Record<string, string>>, Person>['run']>
  | Exclude<TaskHandler<Person>, (...context: never) => unknown>;

/** Handlers by name; under a key of the catalogue `arguments` has the parameters of the definition. */
export type TaskHandlers<Person extends Identified = Subject> = {
  readonly [Key in keyof CatalogueArguments]?: TaskHandler<Person, CatalogueArguments[Key]>;
} & { readonly [name: string]: NamedHandler<Person> };
