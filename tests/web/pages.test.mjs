// The service's own pages in a browser: what the console says, what axe finds, and that Swagger UI works.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { NARROW, WIDE, launchChromium, openPage, overflow, startDirectory, violations } from './harness.mjs';

// Swagger UI brings its own faults, which are not ours to mend: /reference is the page for everybody.
const SWAGGER = { path: '/docs', at: '/docs/', ready: '.opblock', hasAxe: false };
// Said of every deep link with a `_` in it, as all ids of operations have. The link works.
const HARMLESS = 'escaping deep link whitespace with `_`';
const PAGES = [
  { path: '/', at: '/', ready: 'main h1', hasAxe: true },
  { path: '/?q=coaching&role=nurse', at: '/?q=coaching&role=nurse', ready: 'main h1', hasAxe: true },
  { path: '/programmes/mary-seacole', at: '/programmes/mary-seacole', ready: 'main h1', hasAxe: true },
  { path: '/frameworks/hlm', at: '/frameworks/hlm', ready: 'main h1', hasAxe: true },
  { path: '/can-i-take-it', at: '/can-i-take-it', ready: 'main h1', hasAxe: true },
  { path: '/developers', at: '/developers', ready: 'main h1', hasAxe: true },
  { path: '/reference', at: '/reference', ready: 'main h1', hasAxe: true },
  { path: '/problems', at: '/problems', ready: 'main h1', hasAxe: true },
  { path: '/problems/unknown-term', at: '/problems/unknown-term', ready: 'main h1', hasAxe: true },
  SWAGGER,
];

let directory;
let browser;

before(async () => {
  directory = await startDirectory();
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
  await directory?.stop();
});

async function open(t, path, viewport) {
  const { page, faults } = await openPage(browser, { viewport, origins: [directory.origin] });
  t.after(() => page.context().close());
  page.setDefaultTimeout(30_000);
  const response = await page.goto(directory.origin + path);
  assert.equal(response.status(), 200);
  return { page, faults };
}

// A list has the most parameters and the longest answer; one entry has a parameter in its path.
const CALLS = [[WIDE, 'list_programmes', '/v1/programmes'], [NARROW, 'get_programme', '/v1/programmes/']];

for (const viewport of [WIDE, NARROW]) {
  for (const { path, at, ready, hasAxe } of PAGES) {
    test(`${path} is whole and without fault at ${viewport.width} pixels`, async (t) => {
      const { page, faults } = await open(t, path, viewport);
      await page.locator(ready).first().waitFor();
      assert.equal(page.url(), directory.origin + at);
      assert.equal(await overflow(page), 0, 'the page is as wide as the window');
      if (process.env.SCREENSHOTS) {
        const name = path.replaceAll(/[/?&=]/g, '-').replace(/^-$/, '-start').slice(1);
        await page.screenshot({ path: `${process.env.SCREENSHOTS}/${name}-${viewport.width}.png`, fullPage: true });
      }
      if (hasAxe) assert.deepEqual(await violations(page), []);
      assert.deepEqual(faults, []);
    });
  }
}

// On a busy machine a click can meet Swagger UI while it still draws the form, and is then lost, as it is to a person.
async function carriedOut(page, execute, address) {
  let answered;
  const asked = page.waitForResponse((response) => new URL(response.url()).pathname.startsWith(address))
    .finally(() => { answered = true; });
  while (!answered) {
    await execute.click();
    await Promise.race([asked, page.waitForTimeout(3_000)]);
  }
  return asked;
}

for (const [viewport, id, address] of CALLS) {
  test(`a deep link of Swagger UI opens ${id} and carries it out at ${viewport.width} pixels`, async (t) => {
    const { page, faults } = await open(t, `/docs/#/programmes/${id}`, viewport);
    const operation = page.locator(`#operations-programmes-${id}`);
    await operation.locator('.opblock-body').waitFor();
    const tryOut = operation.getByRole('button', { name: 'Try it out' });
    const execute = operation.getByRole('button', { name: 'Execute' });
    await tryOut.or(execute).first().waitFor();
    if (await tryOut.count()) await tryOut.click();
    const body = await (await carriedOut(page, execute, address)).json();
    const answer = operation.locator('.live-responses-table .response').first();
    await answer.waitFor();
    assert.match(await answer.locator('.response-col_status').textContent(), /^200/);
    assert.ok(body.data);
    assert.deepEqual(JSON.parse(await answer.locator('.response-col_description code').first().textContent()), body);
    if (process.env.SCREENSHOTS) {
      await page.screenshot({ path: `${process.env.SCREENSHOTS}/docs-answer-${viewport.width}.png`, fullPage: true });
    }
    assert.deepEqual(faults.filter((fault) => !fault.includes(HARMLESS)), []);
  });
}
