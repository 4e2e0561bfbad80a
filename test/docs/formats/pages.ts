/** The pages of the formats: what is written by hand, and the tables of the schema below it. */
import { schemaTables } from './schema-page.ts';
import type { Schema } from './workflow-schema.ts';

const FENCE = '```';

/** How an editor finds a schema. */
const inAnEditor = (
  name: string,
) => `**In an editor**: with this first line in a \`.json\` file, editors complete and check it as you write. The path is relative to the file;
the schema is in the package, so that it is always that of the version you have.

${FENCE}json
{ "$schema": "./node_modules/tenure/src/formats/${name}.schema.json" }
${FENCE}`;

const HOW_TO_READ =
  'A field without **Needed** may be left out, and says what then holds. Names of nested objects are paths: `a.b` is `b` in `a`, `a[]` an item of the list `a`, `NAME` a name of yours, and what stands in brackets says which of several forms it is.';

const page = (title: string, intro: string, name: string, schema: Schema): string =>
  `# ${title}\n\n${intro}\n\n${inAnEditor(name)}\n\n${HOW_TO_READ}\n\n${schemaTables(schema)}\n`;

const WORKFLOW = `A workflow is a JSON file for \`tenure run --workflow FILE\`, and the same object in code for \`workflows.create\` and
\`workflows.ensure\`. Names are those of Microsoft Graph, so a workflow that Graph or tenure gives can be saved and read back: what
only they set is ignored, and so are annotations (\`@odata.context\`). \`@odata.type\` may be left out everywhere: the other fields say it. Other unknown
fields are refused, with the name that may be meant.

${FENCE}json
{
  "category": "joiner",
  "displayName": "First day",
  "isSchedulingEnabled": true,
  "executionConditions": {
    "scope": { "rule": "department eq 'Sales' and accountEnabled eq true" },
    "trigger": { "timeBasedAttribute": "employeeHireDate", "offsetInDays": -7 }
  },
  "tasks": [
    { "taskDefinitionId": "enableUserAccount" },
    { "taskDefinitionId": "addUserToGroups", "arguments": [{ "name": "groupID", "value": "all-staff" }], "continueOnError": true },
    { "taskDefinitionId": "orderBadge", "displayName": "Order a badge" }
  ]
}
${FENCE}

\`tenure tasks\` lists the tasks of the catalogue with their arguments; \`orderBadge\` is one of your own, for which there has to be a handler. The schema
does not know rules (\`scope.rule\`) and the arguments of single tasks: the reader checks those.`;

const SCENARIO = `What \`tenure simulate FILE\` runs in virtual time ([how](../simulate/README.md)), and the same object in code for \`simulate(scenario)\`. Dates and times without a zone
are in \`timeZone\`.

${FENCE}json
{
  "name": "A quarter of onboarding",
  "start": "2026-01-01",
  "horizon": "P3M",
  "population": { "kind": "generated", "headcount": 500 },
  "turnover": { "joinersPerMonth": 20 },
  "workflows": [{ "template": "Onboard new hire employee", "overrides": { "rule": "employeeType eq 'Employee'" } }],
  "tasks": {
    "*": { "duration": { "kind": "lognormal", "medianMs": 800, "p95Ms": 4000 }, "failureProbability": 0.01 }
  }
}
${FENCE}`;

const CONFIGURATION = `\`tenure.config.ts\`, or \`.js\`, \`.mjs\` or \`.json\`: people and systems for \`--connect FILE\` ([how](../config/README.md)). In TypeScript, \`defineConfig\` has an editor show
each field; what is a function below is for code only.

${FENCE}json
{
  "connections": {
    "people": { "kind": "file", "path": "people.csv" },
    "app": {
      "kind": "scim",
      "baseUrl": "https://app.example.com/scim/v2",
      "token": { "env": "SCIM_TOKEN" },
      "newUser": { "userName": "{{user.mail}}", "displayName": "{{user.displayName}}" }
    }
  },
  "directory": "people"
}
${FENCE}

A secret is \`{ "env": "NAME" }\`, the variable that has it; in code also a text, or a function that gives it. \`tenure check-config FILE\` tries what it says.`;

/** A page of each format, by its schema. */
export const PAGES: Readonly<Record<string, (schema: Schema) => string>> = {
  workflow: (schema) => page('The workflow file', WORKFLOW, 'workflow', schema),
  scenario: (schema) => page('The scenario', SCENARIO, 'scenario', schema),
  configuration: (schema) => page('The configuration', CONFIGURATION, 'configuration', schema),
};
