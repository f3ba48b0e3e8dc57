// Cuts GitHub's description of its REST interface down to what the fake forge answers:
//
//     npm pack @octokit/openapi@23.0.2 && tar xf octokit-openapi-23.0.2.tgz
//     node tests/npm/trim.mjs package/generated/ghes-3.19.json > tests/fixtures/github/ghes-3.19.json
//
// The package has 390 MB, so what is cut is carried, with its licence beside it.
import { readFileSync } from 'node:fs';

const PATHS = [
  '/user',
  '/users/{username}',
  '/repos/{owner}/{repo}',
  '/repos/{owner}/{repo}/pulls',
  '/repos/{owner}/{repo}/pulls/{pull_number}',
  '/repos/{owner}/{repo}/pulls/{pull_number}/reviews',
  '/repos/{owner}/{repo}/pulls/{pull_number}/commits',
  '/repos/{owner}/{repo}/commits/{commit_sha}/pulls',
  '/repos/{owner}/{repo}/commits/{ref}/status',
  '/repos/{owner}/{repo}/commits/{ref}/check-runs',
  '/repos/{owner}/{repo}/collaborators/{username}/permission',
  '/repos/{owner}/{repo}/issues/{issue_number}',
  '/repos/{owner}/{repo}/issues/{issue_number}/events',
];
const PROSE = ['description', 'summary', 'example', 'examples', 'externalDocs', 'tags', 'x-github'];

const whole = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const cut = { openapi: whole.openapi, info: whole.info, paths: {}, components: {} };

// A property may be called `description` as well: prose is a string or a list of them.
function terse(value, names = true) {
  if (Array.isArray(value)) return value.map((item) => terse(item));
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([name]) => !names || !PROSE.includes(name));
  return Object.fromEntries(kept.map(([name, inner]) => [name, terse(inner, name !== 'properties')]));
}

// Copies whatever a reference leads to, and what that refers to in turn.
function follow(value) {
  if (value === null || typeof value !== 'object') return;
  for (const [name, inner] of Object.entries(value)) {
    if (name !== '$ref' || typeof inner !== 'string') {
      follow(inner);
      continue;
    }
    const [, , kind, key] = inner.split('/');
    cut.components[kind] ??= {};
    if (key in cut.components[kind]) continue;
    cut.components[kind][key] = terse(whole.components[kind][key]);
    follow(cut.components[kind][key]);
  }
}

for (const path of PATHS) {
  const { get } = whole.paths[path];
  // The description says where responses have none, which it must not lack.
  const operation = terse(get);
  for (const response of Object.values(operation.responses)) {
    if (!('$ref' in response)) response.description = '';
  }
  // What an Enterprise Server puts in front of it.
  cut.paths[`/api/v3${path}`] = { get: operation };
  follow(operation);
}
// To a commit that it does not have GitHub answers 422, which the description leaves out.
for (const path of ['{commit_sha}/pulls', '{ref}/status', '{ref}/check-runs']) {
  const { responses } = cut.paths[`/api/v3/repos/{owner}/{repo}/commits/${path}`].get;
  responses['422'] = { $ref: '#/components/responses/validation_failed' };
}
for (const response of Object.values(cut.components.responses ?? {})) response.description = '';
console.log(JSON.stringify(cut, null, 1));
