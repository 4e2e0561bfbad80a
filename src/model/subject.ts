/** What every subject has, whatever type the host gives its people. */
export interface Identified {
  readonly id: string;
}

/**
 * A person, as the directory knows him: an id and attributes under Graph's names
 * (`employeeHireDate`, `department`, `employeeOrgData: { division }` …). Values come from outside and
 * are not trusted: rules look up own properties only.
 */
export interface Subject extends Identified {
  readonly [attribute: string]: unknown;
}
