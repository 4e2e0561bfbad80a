/** What every subject has, whatever type the host gives its subjects. */
export interface Identified {
  readonly id: string;
}

/**
 * A person, as the directory knows them: an id and attributes under Graph's names
 * (`employeeHireDate`, `department`, `employeeOrgData: { division }` …). Values are untrusted
 * input: rules look up own properties only.
 */
export interface Subject extends Identified {
  readonly [attribute: string]: unknown;
}
