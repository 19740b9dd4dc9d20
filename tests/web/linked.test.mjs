// The JSON-LD of every kind, read by a processor of JSON-LD 1.1. schema.org's own context is not fetched: in its place
// stands the one line of it that matters here.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import jsonld from 'jsonld';
import { startDirectory } from './harness.mjs';

const SCHEMA = 'https://schema.org/';
const CONTEXT = { '@context': { '@vocab': SCHEMA, url: { '@type': '@id' }, '@base': null } };
const KINDS = ['programmes', 'providers', 'academies', 'coaching-links', 'resources', 'frameworks'];

let directory;

before(async () => {
  directory = await startDirectory();
});

after(async () => {
  await directory?.stop();
});

/** Loads the context that is here, and nothing else. */
async function load(address) {
  assert.equal(address, 'https://schema.org', 'a document is fetched from outside');
  return { contextUrl: null, documentUrl: address, document: CONTEXT };
}

/** A document, as what it says rather than how it says it. */
async function expanded(path) {
  const answer = await fetch(directory.origin + path, { headers: { accept: 'application/ld+json' } });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('content-type'), 'application/ld+json');
  return jsonld.expand(await answer.json(), { documentLoader: load, safe: true });
}

const values = (node, property) => node[SCHEMA + property] ?? [];

for (const kind of KINDS) {
  test(`the file of ${kind} expands to what the directory holds`, async () => {
    const [list] = await expanded(`/v1/exports/${kind}.jsonld`);
    assert.deepEqual(list['@type'], [`${SCHEMA}ItemList`]);
    const rows = values(list, 'itemListElement');
    const lines = (await (await fetch(`${directory.origin}/v1/exports/${kind}.ndjson`)).text()).trim().split('\n');
    assert.equal(rows.length, lines.length);
    assert.equal(values(list, 'numberOfItems')[0]['@value'], lines.length);
    rows.forEach((row, index) => {
      const entry = JSON.parse(lines[index]);
      const [item] = values(row, 'item');
      assert.equal(item['@id'], `${directory.origin}/v1/${kind}/${entry.id}`);
      assert.equal(values(item, 'name')[0]['@value'], entry.title);
      assert.equal(values(item, 'description')[0]['@value'], entry.summary);
      assert.equal(values(item, 'url')[0]?.['@id'] ?? null, entry.url);
      assert.ok(item['@type'].every((type) => type.startsWith(SCHEMA)));
    });
  });
}

test('a page of a list and an entry expand alike', async () => {
  const [page] = await expanded('/v1/programmes?limit=5');
  for (const row of values(page, 'itemListElement')) {
    const [item] = values(row, 'item');
    const [alone] = await expanded(new URL(item['@id']).pathname);
    assert.deepEqual(alone, item);
  }
});
