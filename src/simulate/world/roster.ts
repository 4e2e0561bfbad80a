import type { Random } from '../../ports/random.ts';
import { below } from '../../system/virtual/random.ts';

interface Member {
  readonly id: string;
  department: string;
  /** Index in the list of all, and in that of the department. */
  at: number;
  atInDepartment: number;
}

/** Current employees: picks one at random, of all or of a department, in constant time. */
export class Roster {
  readonly #byId = new Map<string, Member>();
  readonly #all: Member[] = [];
  readonly #byDepartment = new Map<string, Member[]>();

  get size(): number {
    return this.#all.length;
  }

  sizeOf(department: string | undefined): number {
    return this.#listOf(department).length;
  }

  departmentOf(id: string): string | undefined {
    return this.#byId.get(id)?.department;
  }

  add(id: string, department: string): void {
    const list = this.#byDepartment.get(department) ?? [];
    this.#byDepartment.set(department, list);
    const member = { id, department, at: this.#all.length, atInDepartment: list.length };
    this.#byId.set(id, member);
    this.#all.push(member);
    list.push(member);
  }

  remove(id: string): void {
    const member = this.#byId.get(id);
    if (!member) return;
    this.#byId.delete(id);
    const last = this.#all.pop() as Member;
    if (last !== member) {
      this.#all[member.at] = last;
      last.at = member.at;
    }
    const list = this.#byDepartment.get(member.department) ?? [];
    const lastHere = list.pop() as Member;
    if (lastHere !== member) {
      list[member.atInDepartment] = lastHere;
      lastHere.atInDepartment = member.atInDepartment;
    }
  }

  move(id: string, department: string): void {
    this.remove(id);
    this.add(id, department);
  }

  /** A random person; `undefined` when there is none. */
  pick(random: Random, department?: string): string | undefined {
    const list = this.#listOf(department);
    return list.length === 0 ? undefined : list[below(random, list.length)]?.id;
  }

  #listOf(department: string | undefined): readonly Member[] {
    return department === undefined ? this.#all : (this.#byDepartment.get(department) ?? []);
  }
}
