// Validates queries by GitHub's published schema: a JSON list of `{query, variables}` on
// standard input, complaints on standard output.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const require = createRequire(`${process.env.MODULES}/`);
const { buildSchema, parse, validate, coerceInputValue, typeFromAST } = require('graphql');

const file = `${process.env.MODULES}/@octokit/graphql-schema/schema.graphql`;
// The published schema defines two fields twice, which nothing of ours touches.
const schema = buildSchema(readFileSync(file, 'utf8'), { assumeValidSDL: true });

const complaints = [];
const queries = JSON.parse(readFileSync(0, 'utf8'));
for (const { query, variables } of queries) {
  let document;
  try {
    document = parse(query);
  } catch (error) {
    complaints.push(`${error.message}\n${query}`);
    continue;
  }
  for (const error of validate(schema, document)) complaints.push(`${error}`);
  for (const { variableDefinitions } of document.definitions) {
    for (const { variable, type, defaultValue } of variableDefinitions ?? []) {
      const value = variables?.[variable.name.value];
      if (value === undefined && defaultValue) continue;
      coerceInputValue(value, typeFromAST(schema, type), (path, _, error) =>
        complaints.push(`$${variable.name.value}${path.join('.')}: ${error.message}`),
      );
    }
  }
}
for (const complaint of complaints) console.log(complaint);
if (queries.length === 0) console.log('there was no query');
process.exitCode = complaints.length === 0 && queries.length > 0 ? 0 : 1;
