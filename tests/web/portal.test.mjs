// The panel of docs/portal.md, taken out of the page and tried on an origin of its own.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { NARROW, WIDE, launchChromium, openPage, overflow, startDirectory, violations } from './harness.mjs';

const GUIDE = await readFile(new URL('../../docs/portal.md', import.meta.url), 'utf8');
const PLACEHOLDER = 'https://directory.example';
const HTML = block('html');
const SCRIPT = block('js');
const QUERY = 'facets=role,level,eligibility,cost,delivery&zeros=show';
const UNREACHABLE = 'The directory cannot be reached just now.';

let directory;
let portal;
let browser;

before(async () => {
  directory = await startDirectory();
  browser = await launchChromium();
  portal = await startPortal(directory.origin);
});

after(async () => {
  await browser?.close();
  await portal?.stop();
  await directory?.stop();
});

function block(language) {
  const found = [...GUIDE.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map((match) => match[1]);
  assert.equal(found.length, 1, `docs/portal.md has one block of ${language}`);
  return found[0];
}

/** Serves the two blocks as a portal would, with the strictest policy that the guide says is enough. */
async function startPortal(directoryOrigin) {
  const policy = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'";
  const html = (body, headers) => ({ 'content-type': 'text/html; charset=utf-8', body, ...headers });
  const page = HTML.replaceAll(PLACEHOLDER, directoryOrigin);
  const frame = `<!DOCTYPE html><html lang="en"><title>A frame</title>
    <iframe sandbox="allow-scripts" src="/panel.html" title="Panel"></iframe>`;
  const answers = {
    '/panel.html': html(page, { 'content-security-policy': `${policy}; connect-src ${directoryOrigin}` }),
    '/closed.html': html(page, { 'content-security-policy': policy }),
    '/frame.html': html(frame),
    '/panel.js': { 'content-type': 'text/javascript', 'access-control-allow-origin': '*', body: SCRIPT },
  };
  const server = createServer((request, response) => {
    const { body, ...headers } = answers[new URL(request.url, 'http://portal').pathname] ?? {};
    response.writeHead(body ? 200 : 204, headers).end(body);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const stop = () => new Promise((done) => {
    server.close(done);
    server.closeAllConnections();
  });
  return { origin: `http://127.0.0.1:${server.address().port}`, stop };
}

/** The directory's own answer to a query, asked without the panel. */
async function answer(query = '') {
  const response = await fetch(`${directory.origin}/v1/programmes?${QUERY}&${query}`);
  assert.equal(response.status, 200);
  return response.json();
}

async function openPanel(t, { path = '/panel.html', viewport = WIDE, prepare = () => {} } = {}) {
  const { page, faults } = await openPage(browser, { viewport, origins: [portal.origin, directory.origin] });
  t.after(() => page.context().close());
  page.setDefaultTimeout(20_000);
  await prepare(page);
  await page.goto(portal.origin + path);
  return { page, faults };
}

const said = (page, text) => page.getByRole('status').filter({ hasText: text }).waitFor();
const found = (page, total, shown = total) => said(page, new RegExp(`^Programmes found: ${total}, shown: ${shown}$`));
const titles = (page) => page.locator('.list .title').allTextContents();
const box = (page, facet, term) => page.locator(`.${facet} input[value="${term}"]`);

test('the script is short, and puts nothing in as markup', () => {
  const lines = SCRIPT.trimEnd().split('\n');
  assert.ok(lines.length <= 40, `${lines.length} lines`);
  assert.deepEqual(lines.filter((line) => line.length > 110), []);
  assert.doesNotMatch(SCRIPT, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|import|Storage|cookie/);
  assert.equal(HTML.split(PLACEHOLDER).length, 2, 'the address of the directory stands in one place');
});

test('every term is a box with its label and count, but for what the law protects', async (t) => {
  const { page, faults } = await openPanel(t);
  const { meta } = await answer();
  await found(page, meta.total, 20);
  for (const [facet, terms] of Object.entries(meta.facets)) {
    const shown = await page.locator(`.${facet} label`).evaluateAll((labels) => labels.map((label) => [
      label.querySelector('input').value, label.querySelector('.label').textContent, +label.querySelector('.count').textContent,
    ]));
    const expected = terms.filter(({ term }) => !term.startsWith('positive-action-'));
    assert.deepEqual(shown, expected.map(({ term, label, count }) => [term, label, count]), facet);
  }
  assert.ok(meta.facets.eligibility.some(({ term, count }) => term === 'positive-action-race' && count > 0));
  assert.equal(await page.locator('[value^=positive-action]').count(), 0);
  assert.deepEqual(faults, []);
});

test('what is ticked narrows the list, and each entry says why it is there', async (t) => {
  const { page, faults } = await openPanel(t);
  await found(page, 24, 20);
  await page.getByRole('checkbox', { name: /^Midwife/ }).check();
  const midwife = await answer('role=midwife');
  await found(page, midwife.meta.total);
  await page.getByRole('checkbox', { name: /^Introductory/ }).check();
  const both = await answer('role=midwife&level=introductory');
  await found(page, both.meta.total);
  assert.ok(both.meta.total < midwife.meta.total);
  assert.deepEqual(await titles(page), both.data.map(({ title }) => title));

  const entry = page.getByRole('listitem').filter({ hasText: 'Edward Jenner' });
  const jenner = both.data.find(({ id }) => id === 'edward-jenner');
  assert.equal(await entry.getByRole('link', { name: jenner.title }).getAttribute('href'), jenner.url);
  assert.equal(await entry.locator('.summary').textContent(), jenner.summary);
  assert.equal(await entry.locator('.by').textContent(), 'NHS Leadership Academy');
  assert.equal(await entry.locator('.why').textContent(), 'role: All staff; role: Clinical; level: Introductory');

  // A count of “level” must not know that a level was chosen.
  const mid = both.meta.facets.level.find(({ term }) => term === 'mid');
  assert.ok(mid.count > 0);
  assert.equal(await page.locator('.level input[value=mid] ~ .count').textContent(), `${mid.count}`);
  assert.deepEqual(faults, []);
});

test('two boxes of one facet mean either', async (t) => {
  const { page, faults } = await openPanel(t);
  await found(page, 24, 20);
  await box(page, 'cost', 'free').check();
  const one = await answer('cost=free');
  await found(page, one.meta.total);
  await box(page, 'cost', 'levy-funded').check();
  const either = await answer('cost=free,levy-funded');
  assert.ok(either.meta.total > one.meta.total);
  await found(page, either.meta.total);
  assert.deepEqual(await titles(page), either.data.map(({ title }) => title));
  assert.deepEqual(faults, []);
});

test('those that do not say are counted, shown when asked for, and hidden again', async (t) => {
  const { page, faults } = await openPanel(t);
  await found(page, 24, 20);
  const offer = page.getByRole('checkbox', { name: /do not say/ });
  assert.equal(await offer.count(), 0, 'nothing is offered before anything is chosen');
  await box(page, 'cost', 'free').check();
  const stated = await answer('cost=free');
  await found(page, stated.meta.total);
  assert.ok(stated.meta.notStated.cost > 0);
  await page.getByText(`do not say what they cost (${stated.meta.notStated.cost}): show them`).waitFor();
  await offer.check();
  const possible = await (await fetch(stated.links.possible)).json();
  assert.equal(possible.meta.total, stated.meta.total + stated.meta.notStated.cost);
  await found(page, possible.meta.total);
  assert.deepEqual(await titles(page), possible.data.map(({ title }) => title));
  assert.equal(await page.getByText('cost: not stated').count(), stated.meta.notStated.cost);
  await offer.uncheck();
  await found(page, stated.meta.total);
  assert.deepEqual(faults, []);
});

test('the next page is added below, and the keyboard goes on there', async (t) => {
  const { page, faults } = await openPanel(t);
  await found(page, 24, 20);
  const more = page.getByRole('button', { name: 'Show more' });
  await more.focus();
  await page.keyboard.press('Enter');
  await found(page, 24);
  const all = await answer('limit=100&fields=title,url,links');
  assert.deepEqual(await titles(page), all.data.map(({ title }) => title));
  const addresses = await page.locator('.list .title').evaluateAll((titles) => titles.map((each) => each.getAttribute('href')));
  assert.deepEqual(addresses, all.data.map(({ url, links }) => url ?? links[0]?.url ?? null));
  for (const kind of ['https:', null]) assert.ok(addresses.some((each) => (each && new URL(each).protocol) === kind));
  assert.equal(await more.count(), 0, 'there is no page after the last');
  assert.equal(await page.locator('li:focus .title').textContent(), all.data[20].title);
  assert.deepEqual(faults, []);
});

test('the keyboard keeps its place, and Enter sends nothing off', async (t) => {
  const { page, faults } = await openPanel(t);
  await found(page, 24, 20);
  await box(page, 'role', 'midwife').focus();
  await page.keyboard.press('Space');
  await found(page, (await answer('role=midwife')).meta.total);
  assert.equal(await page.evaluate(() => document.activeElement.value), 'midwife');
  await page.keyboard.press('Enter');
  // Chromium sends no form on Enter in a box. The standard lets other browsers do so.
  await page.evaluate(() => document.querySelector('form').requestSubmit());
  await box(page, 'level', 'introductory').check();
  await found(page, (await answer('role=midwife&level=introductory')).meta.total);
  assert.equal(page.url(), `${portal.origin}/panel.html`);
  assert.deepEqual(faults, []);
});

for (const viewport of [WIDE, NARROW]) {
  test(`axe finds nothing, and nothing is cut off, at ${viewport.width} pixels`, async (t) => {
    const { page, faults } = await openPanel(t, { viewport });
    await found(page, 24, 20);
    assert.deepEqual(await violations(page), []);
    assert.equal(await overflow(page), 0);
    await box(page, 'role', 'midwife').check();
    await box(page, 'level', 'introductory').check();
    await found(page, 2);
    assert.deepEqual(await violations(page), []);
    assert.equal(await overflow(page), 0);
    if (process.env.SCREENSHOTS) {
      await page.screenshot({ path: `${process.env.SCREENSHOTS}/portal-${viewport.width}.png`, fullPage: true });
    }
    assert.deepEqual(faults, []);
  });
}

test('a directory that cannot be reached is told in plain words, and found again', async (t) => {
  const { page } = await openPanel(t);
  await found(page, 24, 20);
  await page.route(`${directory.origin}/**`, (route) => route.abort());
  await box(page, 'role', 'midwife').check();
  await said(page, UNREACHABLE);
  assert.deepEqual(await titles(page), [], 'no list is shown that does not answer what was chosen');
  await page.unroute(`${directory.origin}/**`);
  await box(page, 'role', 'midwife').uncheck();
  await found(page, 24, 20);
});

test('a directory that is not there from the beginning, or answers with no JSON', async (t) => {
  for (const fault of [(route) => route.abort(), (route) => route.fulfill({ status: 502, body: '<p>Bad gateway' })]) {
    const { page, faults } = await openPanel(t, { prepare: (page) => page.route(`${directory.origin}/**`, fault) });
    await said(page, UNREACHABLE);
    assert.deepEqual(faults.filter((fault) => fault.startsWith('script')), []);
  }
});

test('what the directory will not answer is shown in its own words', async (t) => {
  const { page } = await openPanel(t);
  await found(page, 24, 20);
  // The twenty-first term is one too many.
  await page.locator('.role input').evaluateAll((boxes) => boxes.slice(0, 20).forEach((each) => { each.checked = true; }));
  await page.locator('.role input').nth(20).check();
  await said(page, '“role” has more than 20 values. Send fewer.');
});

test('a late answer to an earlier question is dropped', async (t) => {
  const { page, faults } = await openPanel(t);
  await found(page, 24, 20);
  let release;
  const held = new Promise((done) => { release = done; });
  const isFirst = (url) => url.search.includes('role=midwife') && !url.search.includes('level=');
  await page.route(isFirst, async (route) => {
    await held;
    await route.continue();
  });
  await box(page, 'role', 'midwife').check();
  await box(page, 'level', 'introductory').check();
  await found(page, 2);
  const late = page.waitForResponse((response) => isFirst(new URL(response.url())));
  release();
  await (await late).finished();
  // By the time of a whole new question and answer, the late one would have been shown.
  await page.evaluate((url) => fetch(url).then((response) => response.json()), `${directory.origin}/v1/programmes?limit=1`);
  await found(page, 2);
  assert.equal((await titles(page)).length, 2);
  assert.deepEqual(faults, []);
});

test('what the directory says stays text', async (t) => {
  const markup = '<img src=x onerror="document.title = \'run\'">';
  const hostile = await answer('limit=1&include=provider&fields=title,summary,url,links,provider');
  Object.assign(hostile.data[0], { title: markup, summary: markup, url: 'javascript:document.title="run"' });
  hostile.included[0].title = markup;
  for (const terms of Object.values(hostile.meta.facets)) terms[0].label = markup;
  const { page, faults } = await openPanel(t, {
    prepare: (page) => page.route(`${directory.origin}/**`, (route) => route.fulfill({
      json: hostile, headers: { 'access-control-allow-origin': '*' },
    })),
  });
  await found(page, 24, 1);
  assert.deepEqual(await titles(page), [markup]);
  assert.equal(await page.locator('img').count(), 0);
  assert.equal(await page.locator('a[href]').count(), 0);
  assert.equal(await page.title(), 'Leadership programmes');
  assert.deepEqual(faults, []);
});

test('the choices leave the page in the query only, and stay nowhere', async (t) => {
  const { page } = await openPanel(t);
  await found(page, 24, 20);
  const request = page.waitForRequest((each) => each.url().includes('role=midwife'));
  await box(page, 'role', 'midwife').check();
  const headers = await (await request).allHeaders();
  assert.equal(headers.referer, undefined);
  assert.equal(headers.cookie, undefined);
  assert.equal(headers.origin, portal.origin);
  await found(page, 8);
  assert.equal(page.url(), `${portal.origin}/panel.html`);
  assert.deepEqual(await page.context().storageState(), { cookies: [], origins: [] });
  await page.reload();
  await found(page, 24, 20);
  assert.equal(await page.locator(':checked').count(), 0);
});

test('the browser keeps an answer, and asks only whether it still holds', async (t) => {
  const { page } = await openPanel(t);
  await found(page, 24, 20);
  const network = await page.context().newCDPSession(page);
  await network.send('Network.enable');
  // The protocol tells the status on the wire; a script sees 200 in either case.
  const statuses = [];
  network.on('Network.responseReceivedExtraInfo', ({ statusCode }) => statuses.push(statusCode));
  for (const turn of ['check', 'uncheck', 'check', 'uncheck']) {
    await box(page, 'role', 'midwife')[turn]();
    await (turn === 'check' ? found(page, 8) : found(page, 24, 20));
  }
  assert.deepEqual(statuses, [200, 304, 304, 304]);
});

test('filters by positive action are kept by no cache', async () => {
  const plain = await fetch(`${directory.origin}/v1/programmes?eligibility=open-to-all`);
  assert.equal(plain.headers.get('cache-control'), 'public, no-cache, stale-if-error=86400');
  assert.match(plain.headers.get('etag'), /^"/);
  const protectedOne = await fetch(`${directory.origin}/v1/programmes?eligibility=open-to-all,positive-action-race`);
  assert.equal(protectedOne.headers.get('cache-control'), 'private, no-store');
  assert.equal(protectedOne.headers.get('etag'), null);
});

test('without connect-src in its policy, the page cannot reach the directory', async (t) => {
  const { page, faults } = await openPanel(t, { path: '/closed.html' });
  await said(page, UNREACHABLE);
  assert.ok(faults.some((fault) => fault.includes('Content Security Policy')), faults.join('\n'));
});

test('a sandboxed frame, whose origin is null, lists programmes too', async (t) => {
  let origin;
  const { page, faults } = await openPanel(t, {
    path: '/frame.html',
    prepare: (page) => page.on('request', async (request) => {
      if (request.url().startsWith(directory.origin)) origin = request.allHeaders().then((headers) => headers.origin);
    }),
  });
  const frame = page.frameLocator('iframe');
  await frame.getByRole('status').filter({ hasText: 'Programmes found: 24, shown: 20' }).waitFor();
  await frame.getByRole('checkbox', { name: /^Midwife/ }).check();
  await frame.getByRole('status').filter({ hasText: 'Programmes found: 8, shown: 8' }).waitFor();
  assert.equal(await frame.getByRole('listitem').count(), 8);
  assert.equal(await origin, 'null');
  assert.deepEqual(faults, []);
});
