// Swagger 2 has no word for null, which Go's servers write wherever there is nothing: makes
// all of a description nullable. Standard input to standard output.
import { readFileSync } from 'node:fs';

const description = JSON.parse(readFileSync(0, 'utf8'));
for (const definition of Object.values(description.definitions)) {
  definition['x-nullable'] = true;
  for (const property of Object.values(definition.properties ?? {})) {
    if (!('$ref' in property)) property['x-nullable'] = true;
  }
}
console.log(JSON.stringify(description));
