// What Lighthouse makes of the pages that people begin with, as on a cheap phone with a slow connection.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import lighthouse from 'lighthouse';
import { launchOpenChromium, startDirectory } from './harness.mjs';

const PAGES = ['/', '/programmes/mary-seacole', '/can-i-take-it'];
const LEAST_SPEED = 0.95;
// Other work on the machine makes a page look slower than it is, and never faster.
const MOST_TRIES = 3;

let directory;
let browser;

before(async () => {
  directory = await startDirectory();
  browser = await launchOpenChromium();
});

after(async () => {
  await browser?.stop();
  await directory?.stop();
});

async function run(path) {
  const result = await lighthouse(directory.origin + path, {
    port: browser.port, onlyCategories: ['accessibility', 'performance'], logLevel: 'error', output: [],
  });
  const { categories, audits, runtimeError } = result.lhr;
  assert.equal(runtimeError, undefined);
  const failed = (name) => categories[name].auditRefs
    .filter(({ id, weight }) => weight > 0 && audits[id].score !== null && audits[id].score < 1)
    .map(({ id }) => `${id}: ${audits[id].title} ${audits[id].displayValue ?? ''}`);
  return { accessibility: categories.accessibility.score, speed: categories.performance.score, failed };
}

for (const path of PAGES) {
  test(`${path}: accessibility is whole and it is fast`, { timeout: 120_000 }, async (t) => {
    let best;
    for (let tries = 0; tries < MOST_TRIES && !(best?.speed >= LEAST_SPEED); tries += 1) {
      const found = await run(path);
      assert.equal(found.accessibility, 1, found.failed('accessibility').join('\n'));
      if (!best || found.speed > best.speed) best = found;
    }
    t.diagnostic(`performance ${best.speed}`);
    assert.ok(best.speed >= LEAST_SPEED, `${best.speed}\n${best.failed('performance').join('\n')}`);
  });
}
