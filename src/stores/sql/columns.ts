/** Column of a record's field: `totalUsersCount` → `total_users_count`. */
export function columnOf(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
