/**
 * A person, as the directory knows him: an id and attributes under Graph's names
 * (`employeeHireDate`, `department`, `employeeOrgData: { division }` …). Values come from outside and
 * are not trusted: rules look up own properties only.
 */
export interface Subject {
  readonly id: string;
  readonly [attribute: string]: unknown;
}
