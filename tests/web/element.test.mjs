// <leadership-finder>, the element that other sites put into their pages, on pages of an origin of their own.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { NARROW, WIDE, launchChromium, openPage, overflow, serve, startDirectory, violations } from './harness.mjs';

const UNREACHABLE = 'The Leadership Directory cannot be reached at the moment.';
const TO_SITE = 'Open the Leadership Directory';
const CORS = { 'access-control-allow-origin': '*' };

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

async function served(t, answer) {
  const server = await serve(answer);
  t.after(() => server.stop());
  return server;
}

const page = (body, headers = {}) => ({
  headers: { 'content-type': 'text/html; charset=utf-8', ...headers },
  body: `<!DOCTYPE html><html lang="en"><title>Learning</title><main><h1>Learning</h1>${body}</main></html>`,
});
const script = () => `<script src="${directory.origin}/leadership-finder.js" async></script>`;
const element = (attributes = '', api = directory) =>
  `<leadership-finder ${api === directory ? '' : `api="${api.origin}"`} ${attributes}></leadership-finder>`;

/** Opens a page with this in it, under the strictest policy that the element works with. */
async function open(t, body, { api = directory, files = {}, isStrict = true, prepare = () => {}, viewport, ...options } = {}) {
  const policy = `default-src 'none'; script-src ${directory.origin}; connect-src ${api.origin}; style-src 'self'; `
    + "require-trusted-types-for 'script'";
  const answer = page(script() + body, isStrict ? { 'content-security-policy': policy } : {});
  const host = await served(t, (url) => (url.pathname === '/' ? answer : files[url.pathname]));
  const origins = [host.origin, directory.origin, api.origin];
  const { page: opened, faults } = await openPage(browser, { viewport, origins, ...options });
  t.after(() => opened.context().close());
  opened.setDefaultTimeout(10_000);
  const requests = [];
  opened.on('request', (request) => { if (request.url().includes('/v1/')) requests.push(request); });
  await prepare(opened);
  await opened.goto(host.origin);
  return { page: opened, faults, requests };
}

const finder = (page, which = 0) => page.locator('leadership-finder').nth(which);
const status = (page, which) => finder(page, which).getByRole('status');
const titles = (page, which) => finder(page, which).locator('li a').allTextContents();
const said = (page, text, which) => status(page, which).filter({ hasText: text }).waitFor();
const set = (page, name, value) => finder(page).evaluate((it, [name, value]) => it.setAttribute(name, value), [name, value]);

/** The count, once there is one. */
async function count(page, which) {
  await said(page, /^(No|\d+) [a-z]/, which);
  return status(page, which).textContent();
}

async function total(query) {
  const response = await fetch(`${directory.origin}/v1/programmes?${query}`);
  return (await response.json()).meta.total;
}

const json = (body, code = 200) => ({ status: code, headers: { 'content-type': 'application/json', ...CORS }, body: JSON.stringify(body) });
const entry = (id, more = {}) => ({
  id, title: `Title of ${id}`, summary: `Summary of ${id}.`, status: { term: 'running' }, provider: 'kings-fund', matched: [], ...more,
});

/** A list as the API tells it. */
function list(data, { total = data.length, possible = total, next = null } = {}) {
  const facets = { status: [{ term: 'running', label: 'Running', count: 1 }] };
  return json({ data, included: [], meta: { total, possible, facets }, links: { next } });
}

test('the script is small, needs no other, and puts nothing in as markup', async () => {
  const response = await fetch(`${directory.origin}/leadership-finder.js`);
  const text = await response.text();
  assert.ok(gzipSync(text).length < 30_000, `${gzipSync(text).length} bytes`);
  assert.doesNotMatch(text, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|\bimport\b/);
  assert.doesNotMatch(text, /cookie|localStorage|sessionStorage|indexedDB|sendBeacon/);
});

test('programmes are listed, with links to the directory; nobody else is asked, and nothing is kept', async (t) => {
  const { page, faults, requests } = await open(t, element('role="nurse" limit="5" heading="For nurses"'));
  assert.equal(await count(page), `${await total('role=nurse')} programmes, 1 to 5 shown.`);
  const first = finder(page).getByRole('listitem').first();
  assert.equal(await first.getByRole('link').getAttribute('href'), `${directory.origin}/programmes/aspiring-director-of-nursing`);
  assert.equal((await fetch(await first.getByRole('link').getAttribute('href'))).status, 200);
  assert.match(await first.textContent(), /Status: Not established *Provider: NHS Leadership Academy/);
  assert.equal(await finder(page).getByRole('heading').textContent(), 'For nurses');

  assert.equal(requests.length, 1, 'one request, and no preflight before it');
  const { referer, cookie } = await requests[0].allHeaders();
  assert.deepEqual([referer, cookie], [undefined, undefined]);
  assert.deepEqual(await page.context().storageState({ indexedDB: true }), { cookies: [], origins: [] });
  assert.deepEqual(faults, []);
});

test('an answer’s cookie is not kept either', async (t) => {
  const api = await served(t, () => {
    const { headers, ...rest } = list([entry('one')]);
    return { ...rest, headers: { ...headers, 'set-cookie': 'seen=1' } };
  });
  const { page } = await open(t, element('', api), { api });
  await count(page);
  await Promise.all([page.waitForResponse('**/v1/**'), finder(page).getByRole('button', { name: 'Search' }).click()]);
  assert.equal(api.asked.length, 2);
  assert.equal(api.asked[1].headers.cookie, undefined);
  assert.deepEqual(await page.context().cookies(api.origin), []);
});

for (const viewport of [WIDE, NARROW]) {
  test(`axe finds nothing, and nothing is cut off, at ${viewport.width} pixels`, async (t) => {
    const two = element('role="midwife" level="introductory" limit="3" heading="One"') + element('role="region" aria-label="More" level="mid" heading="Two" heading-level="3"');
    const { page, faults } = await open(t, two, { viewport });
    await count(page, 0);
    await count(page, 1);
    assert.deepEqual(await violations(page), []);
    assert.equal(await overflow(page), 0);
    await finder(page).getByRole('button', { name: /do not say/ }).click();
    await finder(page).getByText('Level: not stated').first().waitFor();
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(faults, []);
    // In a page that is written from right to left, with a message in the list's place.
    await page.evaluate(() => { document.documentElement.dir = 'rtl'; });
    await set(page, 'level', 'nonsense');
    await finder(page).getByRole('link', { name: TO_SITE }).waitFor();
    const direction = (part) => part.evaluate((it) => getComputedStyle(it).direction);
    assert.deepEqual([await direction(finder(page).getByRole('heading')), await direction(status(page))], ['rtl', 'ltr'], 'the heading is the page’s');
    assert.deepEqual(await violations(page), []);
    assert.equal(await overflow(page), 0);
    if (process.env.SCREENSHOTS) {
      await page.screenshot({ path: `${process.env.SCREENSHOTS}/element-${viewport.width}.png`, fullPage: true });
    }
  });
}

test('what is pressed is large enough, at whatever size of text the page has', async (t) => {
  const files = { '/small.css': { headers: { 'content-type': 'text/css' }, body: 'html { font-size: 62.5% } body { font-size: 1.6rem }' } };
  const { page } = await open(t, `<link rel="stylesheet" href="/small.css">${element()}`, { files });
  await count(page);
  const sizes = await finder(page).evaluate((it) => [...it.shadowRoot.querySelectorAll('button:not([hidden]), input, a:not([hidden])')]
    .map((each) => [each.localName, each.getBoundingClientRect().height, parseFloat(getComputedStyle(each).fontSize)]));
  for (const [name, height, text] of sizes) {
    assert.ok(height >= (name === 'a' ? 24 : 44), `${name}: ${height} pixels`);
    assert.equal(text, 16, name);
  }
});

test('each filter is sent as it stands, and two values of one are either', async (t) => {
  const filters = { role: 'nurse', level: 'mid,senior', region: 'london', eligibility: 'open-to-all', delivery: 'workshop', cost: 'free' };
  const attributes = Object.entries(filters).map(([name, value]) => `${name}="${value.replace(',', ' , ')}"`).join(' ');
  const { page, faults, requests } = await open(t, element(attributes));
  await count(page);
  const { searchParams } = new URL(requests[0].url());
  assert.deepEqual(Object.fromEntries(Object.keys(filters).map((name) => [name, searchParams.get(name)])), filters);
  assert.deepEqual(faults, []);
});

test('a role is taken off the element; one that the page means is left alone, and not sent', async (t) => {
  const { page, requests } = await open(t, element('role="nurse"') + element('role="region" aria-label="More"'));
  await count(page, 0);
  await count(page, 1);
  assert.equal(await finder(page, 0).getAttribute('role'), null);
  assert.equal(await finder(page, 1).getAttribute('role'), 'region');
  assert.deepEqual(requests.map((request) => new URL(request.url()).searchParams.get('role')).sort(), ['nurse', null].sort());
});

test('a role is changed by setting another, and ended by setting none', async (t) => {
  const { page } = await open(t, element('role="nurse"'));
  await count(page);
  const [nurses, operators, all] = await Promise.all([total('role=nurse'), total('role=call-operator'), total('')]);
  assert.equal(new Set([nurses, operators, all]).size, 3);
  await set(page, 'role', 'call-operator');
  await said(page, `${operators} programmes.`);
  await set(page, 'role', '');
  await said(page, `${all} programmes`);
  assert.equal(await finder(page).getAttribute('role'), null);
});

test('a number, a heading or a level that means nothing is as if it were not there', async (t) => {
  const api = await served(t, () => list([entry('one')]));
  const odd = ['limit="0" heading-level="7"', 'limit="-3" heading-level="x"', 'limit="two" heading=""', 'limit="2.9" heading-level="4"', 'limit="1e9"'];
  const { page } = await open(t, odd.map((attributes, which) => element(`region="${which}" ${attributes}`, api)).join(''), { api });
  for (const which of odd.keys()) await count(page, which);
  const sent = Object.fromEntries(api.asked.map(({ url: { searchParams } }) => [searchParams.get('region'), searchParams.get('limit')]));
  assert.deepEqual(sent, { 0: '10', 1: '10', 2: '10', 3: '2', 4: '100' });
  const headings = await page.locator('leadership-finder').evaluateAll((all) => all.map((it) => it.shadowRoot.querySelector('[role=heading]'))
    .map((it) => [it.ariaLevel, it.hidden, it.textContent]));
  assert.deepEqual(headings.map(([level]) => level), ['2', '2', '2', '4', '2']);
  assert.deepEqual(headings.map(([, isHidden]) => isHidden), [false, false, true, false, false]);
  assert.equal(await page.getByRole('search', { name: 'Leadership Directory' }).count(), 5, 'a search keeps its name');
});

test('two on one page search on their own, also where the script is there twice', async (t) => {
  const { page, faults } = await open(t, element('heading="One"') + script() + element('kind="academy" heading="Two"'));
  assert.match(await count(page, 0), /^24 programmes, 1 to 10 shown/);
  assert.match(await count(page, 1), /^18 academies, 1 to 10 shown/);
  await finder(page, 1).getByLabel('Search by word').fill('midlands');
  await said(page, /^\d academies\.$/, 1);
  assert.match(await count(page, 0), /^24 programmes/);
  assert.match(await finder(page, 1).locator('li a').first().getAttribute('href'), /\/academies\/[a-z-]+$/);
  assert.deepEqual(faults, []);
});

test('every kind has a list, and each entry of it a page', async (t) => {
  const kinds = ['programme', 'provider', 'academy', 'coaching-link', 'resource', 'framework'];
  const { page, faults } = await open(t, kinds.map((kind) => element(`kind="${kind}" limit="2" heading="${kind}"`)).join(''));
  const counts = [];
  for (const which of kinds.keys()) counts.push((await count(page, which)).replace(/^\d+ ([a-z ]+).*$/, '$1'));
  assert.deepEqual(counts, ['programmes', 'providers', 'academies', 'coaching links', 'resources', 'frameworks']);
  const items = (which) => finder(page, which).getByRole('list').textContent();
  assert.match(await items(3), /Provider: [A-Z][a-z ]+Academ/i, 'a provider that is an academy has its name');
  assert.match(await items(4), /Provider: not stated/);
  assert.doesNotMatch(await items(1), /Provider:/);
  for (const link of await page.locator('leadership-finder li a').evaluateAll((all) => all.map((it) => it.href))) {
    assert.equal((await fetch(link)).status, 200, link);
  }
  assert.deepEqual(faults, []);
});

test('pages are turned by keyboard alone, and a reader is led to the count', async (t) => {
  const { page, faults, requests } = await open(t, element());
  assert.match(await count(page), /1 to 10 shown/);
  const first = await titles(page);
  const focused = () => page.evaluate(() => document.activeElement.shadowRoot?.activeElement?.textContent);
  for (let presses = 0; presses < 40 && await focused() !== 'Next page'; presses += 1) await page.keyboard.press('Tab');
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement.shadowRoot.activeElement).outline);
  assert.match(outline, /solid 3px/);
  await page.keyboard.press('Enter');
  await said(page, '11 to 20 shown');
  assert.equal(await focused(), '24 programmes, 11 to 20 shown.');
  assert.deepEqual((await titles(page)).filter((title) => first.includes(title)), []);
  const button = (name) => finder(page).getByRole('button', { name });
  await button('Next page').click();
  await said(page, '21 to 24 shown');
  assert.equal(await button('Next page').count(), 0);
  await button('Previous page').click();
  await button('Previous page').click();
  await said(page, '1 to 10 shown');
  assert.deepEqual(await titles(page), first);
  assert.equal(await button('Previous page').count(), 0);
  assert.equal(requests.length, 5);
  assert.deepEqual(faults, []);
});

test('those that do not say are counted, shown when asked for, and say so', async (t) => {
  const { page, faults } = await open(t, element('role="nurse" level="introductory"'));
  const stated = Number.parseInt(await count(page), 10);
  const more = finder(page).getByRole('button', { name: /^Show those too that do not say whether they fit \(\d+\)$/ });
  const silent = Number(/\((\d+)\)/.exec(await more.textContent())[1]);
  assert.ok(silent > 0);
  assert.doesNotMatch(await finder(page).getByRole('list').textContent(), /(Role|Level): not stated/);
  await more.click();
  const fewer = finder(page).getByRole('button', { name: 'Show only those that say that they fit' });
  await fewer.waitFor();
  assert.equal(Number.parseInt(await count(page), 10), stated + silent);
  await finder(page).getByText('Role: not stated').first().waitFor();
  await finder(page).getByText('Level: not stated').first().waitFor();
  await fewer.click();
  await more.waitFor();
  assert.equal(Number.parseInt(await count(page), 10), stated);
  assert.deepEqual(faults, []);
});

test('what is not stated is said to be so', async (t) => {
  const api = await served(t, () => list([entry('bare', { summary: null, status: null, provider: null })]));
  const { page } = await open(t, element('', api), { api });
  assert.equal(await count(page), '1 programme.');
  const text = await finder(page).getByRole('listitem').textContent();
  for (const words of ['Summary: not stated', 'Status: not stated', 'Provider: not stated']) assert.ok(text.includes(words), words);
});

test('positive action is never sent, and the warning of it names no value', async (t) => {
  const two = element('eligibility="open-to-all, positive-action-race"') + element('eligibility="Positive-Action-Disability" role="positive-action-race"');
  const { page, faults, requests } = await open(t, two);
  await count(page, 0);
  await count(page, 1);
  await set(page, 'eligibility', 'positive-action-sexual-orientation');
  await said(page, `${await total('')} programmes`);
  const addresses = requests.map((request) => decodeURIComponent(request.url()));
  assert.ok(addresses.some((address) => address.includes('eligibility=open-to-all&')));
  assert.deepEqual(addresses.filter((address) => /positive/i.test(address)), []);
  assert.equal(faults.length, 4, faults.join('\n'));
  for (const fault of faults) assert.match(fault, /^console warning: leadership-finder: a term is not sent/);
  assert.doesNotMatch(faults.join('\n'), /race|disab|orientation|positive/i);
});

test('an API that is not there: plain words, a link to the site, and a search may follow', async (t) => {
  const { page } = await open(t, element(), { prepare: (page) => page.route('**/v1/**', (route) => route.abort()) });
  await said(page, UNREACHABLE);
  assert.equal(await finder(page).getByRole('link', { name: TO_SITE }).getAttribute('href'), directory.origin);
  assert.equal(await finder(page).getByRole('button').count(), 1, 'only the search');
  assert.deepEqual(await violations(page), []);
  await page.unroute('**/v1/**');
  await finder(page).getByRole('button', { name: 'Search' }).click();
  assert.match(await count(page), /^24 programmes/);
  assert.equal(await finder(page).getByRole('link', { name: TO_SITE }).count(), 0);
});

test('an API that never answers is given ten seconds', async (t) => {
  const api = await served(t, () => null);
  const { page } = await open(t, element('', api), { api, prepare: (page) => page.clock.install() });
  await said(page, 'Searching …');
  await page.clock.runFor(7_000);
  assert.equal(await status(page).textContent(), 'Searching …');
  await page.clock.runFor(3_100);
  // The page's clock goes on by itself too: ten seconds more would be noticed.
  await status(page).filter({ hasText: UNREACHABLE }).waitFor({ timeout: 3_000 });
});

test('a problem is told in its own words, and other errors in ours', async (t) => {
  const { page } = await open(t, element('role="nusre"'));
  await said(page, '“nusre” is not a role. Did you mean “nurse”?');
  const api = await served(t, () => ({ status: 502, headers: CORS, body: '<h1>Bad gateway</h1>' }));
  const other = await open(t, element('', api), { api });
  await said(other.page, 'The Leadership Directory’s answer (502) could not be used.');
});

test('an answer of another shape, or a way elsewhere, is a plain failure', async (t) => {
  const elsewhere = await served(t, () => list([entry('stolen')]));
  const wrong = [
    json({ data: [null], meta: null }), json(['no']), list([null]), { headers: CORS, body: '<html>' },
    { status: 302, headers: { location: `${elsewhere.origin}/v1/programmes`, ...CORS } },
  ];
  const api = await served(t, (url) => wrong[Number(url.pathname.split('/')[1])]);
  const all = wrong.map((_, which) => `<leadership-finder api="${api.origin}/${which}"></leadership-finder>`).join('');
  // No policy here: the element itself must not follow.
  const { page, faults } = await open(t, all, { isStrict: false });
  for (const which of wrong.keys()) await said(page, /could not be used|cannot be reached/, which);
  assert.equal(await page.locator('leadership-finder li').count(), 0);
  assert.deepEqual(elsewhere.asked, []);
  assert.deepEqual(faults.filter((fault) => fault.startsWith('script')), []);
});

test('what the directory says stays text, in its own direction, within the box', async (t) => {
  const attack = '"><script>window.hacked = true</script><img src=x onerror="window.hacked = true">';
  const api = await served(t, () => list([
    entry('../../evil?x#y', { title: attack, summary: attack, status: { term: attack }, provider: attack }),
    entry('rtl', { title: '\u202Eevil\u202E مرحبا', summary: '\u202Eשלום', provider: '\u202Eabc' }),
    entry('long', { title: 'W'.repeat(10_000), summary: 'M'.repeat(10_000), status: { term: 'S'.repeat(10_000) }, provider: 'P'.repeat(10_000) }),
    entry('astral', { title: `a${'😀'.repeat(10_000)}` }),
    entry('odd', { title: { a: 1 }, summary: 7, status: 'running', provider: [['x']], matched: [{ filter: attack, how: 'not-stated' }] }),
  ], { possible: 9 }));
  const { page, faults } = await open(t, element('', api), { api, viewport: { width: 320, height: 700 } });
  assert.equal(await count(page), '5 programmes.');
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  assert.equal(await finder(page).locator('script, img').count(), 0);
  const link = finder(page).locator('li a').first();
  assert.equal(await link.textContent(), attack);
  assert.equal(await link.getAttribute('href'), `${api.origin}/programmes/..%2F..%2Fevil%3Fx%23y`);
  const told = await finder(page).locator('li bdi').allTextContents();
  assert.ok(told.every((text) => Array.from(text).length <= 301 && text.isWellFormed()));
  const outside = await finder(page).locator('li').evaluateAll((all) => all.map((item) => {
    const copy = item.cloneNode(true);
    for (const told of copy.querySelectorAll('bdi')) told.remove();
    return copy.textContent;
  }).join(''));
  assert.doesNotMatch(outside, /[\u202E\u0600-\u06FF\u0590-\u05FF]|script/);
  assert.equal(await overflow(page), 0);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(faults, []);
});

test('what a problem says stays text too, and short', async (t) => {
  const api = await served(t, () => json({ detail: `<img src=x onerror=alert(1)>${'x'.repeat(10_000)}` }, 400));
  const { page } = await open(t, element('', api), { api });
  await said(page, '<img src=x');
  assert.equal(await finder(page).locator('img').count(), 0);
  assert.equal((await status(page).textContent()).length, 501);
});

test('what is typed is asked for once, and what it supersedes is broken off', async (t) => {
  const held = [];
  const api = await served(t, (url) => {
    const words = url.searchParams.get('q');
    if (words === 'slow') return new Promise((answer) => held.push(() => answer(list([entry('slow')]))));
    return list([entry(words || 'none')]);
  });
  const { page, requests } = await open(t, element('', api), { api });
  await count(page);
  await status(page).evaluate((it) => {
    window.said = [];
    new MutationObserver(() => window.said.push(it.textContent)).observe(it, { childList: true, characterData: true, subtree: true });
  });
  const box = finder(page).getByLabel('Search by word');
  const sent = page.waitForRequest((request) => request.url().includes('q=slow'));
  await box.pressSequentially('slow');
  const slow = await sent;
  assert.equal(requests.length, 2, 'typing is one search');
  await box.fill('fast');
  await box.press('Enter');
  await finder(page).getByText('Title of fast').waitFor();
  held.forEach((answer) => answer());
  await page.waitForTimeout(600);
  assert.deepEqual(await titles(page), ['Title of fast']);
  assert.deepEqual(new Set(await page.evaluate(() => window.said)), new Set(['1 programme.']), 'breaking off is no failure');
  assert.equal(requests.length, 3, 'Enter does not ask again after the pause');
  assert.match(slow.failure()?.errorText ?? 'not broken off', /ABORTED/);
});

test('attributes set in a row are one search; taken away, the element asks no more', async (t) => {
  const api = await served(t, (url) => list([entry(url.searchParams.get('level') || 'any')]));
  const { page } = await open(t, element('', api), { api });
  await count(page);
  await finder(page).evaluate((it) => {
    for (const [name, value] of [['level', 'mid'], ['region', 'london'], ['limit', '5'], ['kind', 'programme']]) it.setAttribute(name, value);
  });
  await finder(page).getByText('Title of mid').waitFor();
  assert.equal(api.asked.length, 2);
  await finder(page).evaluate((it) => {
    const box = it.shadowRoot.querySelector('input');
    box.value = 'x';
    box.dispatchEvent(new Event('input'));
    it.setAttribute('level', 'senior');
    it.remove();
  });
  await page.waitForTimeout(600);
  assert.equal(api.asked.length, 2);
});

test('the next page is asked of the API that is set, whatever the directory calls itself', async (t) => {
  const elsewhere = await served(t, () => list([]));
  const api = await served(t, (url) => (url.searchParams.has('cursor') ? list([entry('two')], { total: 2 })
    : list([entry('one')], { total: 2, next: `${elsewhere.origin}/v1/programmes?limit=1&cursor=abc` })));
  const { page } = await open(t, `<leadership-finder api="${api.origin}/behind/a/name/" limit="1"></leadership-finder>`, { api });
  await finder(page).getByRole('button', { name: 'Next page' }).click();
  await finder(page).getByText('Title of two').waitFor();
  assert.deepEqual(api.asked.map(({ url }) => url.pathname), Array(2).fill('/behind/a/name/v1/programmes'));
  assert.equal(api.asked[1].url.search, '?limit=1&cursor=abc');
  assert.deepEqual(elsewhere.asked, []);
});

test('unless one is set, the API is where the script comes from, which may be under a path', async (t) => {
  const text = await (await fetch(`${directory.origin}/leadership-finder.js`)).text();
  const proxy = await served(t, (url) => (url.pathname.endsWith('.js')
    ? { headers: { 'content-type': 'text/javascript', ...CORS }, body: text } : list([entry('own')])));
  const classic = 'text/javascript';
  const places = [
    [classic, '/leadership-finder.js', ''], [classic, '/assets/leadership-finder-0123456789ab.js', ''],
    [classic, '/learning/leadership-finder.js', '/learning'], [classic, '/learning/renamed.js', '/learning'],
    ['module', '/learning/now/assets/leadership-finder-0123456789ab.js?x', '/learning/now'],
  ];
  const host = await served(t, ({ searchParams }) => page(
    `<script type="${searchParams.get('type')}" src="${proxy.origin}${searchParams.get('path')}"></script><leadership-finder></leadership-finder>`,
  ));
  const { page: opened } = await openPage(browser, { origins: [] });
  t.after(() => opened.context().close());
  for (const [type, path, base] of places) {
    await opened.goto(`${host.origin}/?${new URLSearchParams({ type, path })}`);
    await finder(opened).getByText('Title of own').waitFor();
    assert.equal(proxy.asked.at(-1).url.pathname, `${base}/v1/programmes`, `${type} ${path}`);
    assert.equal(await finder(opened).locator('li a').getAttribute('href'), `${proxy.origin}${base}/programmes/own`);
  }
});

test('an address of an API that is none is said to be missing', async (t) => {
  const wrong = ['javascript:alert(1)', 'data:text/html,x', 'https://'];
  const { page, requests } = await open(t, wrong.map((api) => `<leadership-finder api="${api}"></leadership-finder>`).join(''));
  for (const which of wrong.keys()) {
    await said(page, 'The address of the Leadership Directory is not set.', which);
    await finder(page, which).getByRole('button', { name: 'Search' }).click();
    assert.equal(await finder(page, which).getByRole('link').count(), 0);
  }
  assert.deepEqual(requests, []);
});

test('custom properties set colours, font and corners; the page’s other rules do not reach in', async (t) => {
  const body = `leadership-finder {
    --leadership-finder-accent: rgb(1, 2, 3); --leadership-finder-text: rgb(4, 5, 6); --leadership-finder-background: rgb(250, 251, 252);
    --leadership-finder-border: rgb(7, 8, 9); --leadership-finder-font: monospace; --leadership-finder-radius: 13px;
    --leadership-finder-focus: rgb(10, 11, 12); } button { display: none !important } bdi { color: red !important }`;
  const files = { '/host.css': { headers: { 'content-type': 'text/css' }, body } };
  const { page, faults } = await open(t, `<link rel="stylesheet" href="/host.css">${element()}`, { files });
  await count(page);
  await page.keyboard.press('Tab');
  const seen = await finder(page).evaluate((it) => {
    const style = (selector) => getComputedStyle(selector ? it.shadowRoot.querySelector(selector) : it);
    return {
      host: [style().color, style().backgroundColor, style().borderTopColor, style().fontFamily, style().borderTopLeftRadius],
      inside: [style('button').backgroundColor, style('button').display, style('li a').color, style('li bdi').color, style('input').outlineColor],
    };
  });
  assert.deepEqual(seen, {
    host: ['rgb(4, 5, 6)', 'rgb(250, 251, 252)', 'rgb(7, 8, 9)', 'monospace', '13px'],
    inside: ['rgb(1, 2, 3)', 'block', 'rgb(1, 2, 3)', 'rgb(1, 2, 3)', 'rgb(10, 11, 12)'],
  });
  await page.emulateMedia({ forcedColors: 'active' });
  await page.keyboard.press('Tab');
  const forced = await page.evaluate(() => {
    const style = getComputedStyle(document.activeElement.shadowRoot.activeElement);
    return { edge: style.borderTopStyle, isVisible: style.borderTopColor !== style.backgroundColor, focus: style.outlineStyle };
  });
  assert.deepEqual(forced, { edge: 'solid', isVisible: true, focus: 'solid' });
  assert.deepEqual(faults, []);
});

test('an old browser without shared style sheets gets a style element', async (t) => {
  const prepare = (page) => page.addInitScript(() => { delete Document.prototype.adoptedStyleSheets; delete window.CSSStyleSheet; });
  const { page } = await open(t, element(), { prepare, isStrict: false });
  await count(page);
  assert.equal(await finder(page).locator('style').count(), 1);
  assert.equal(await finder(page).evaluate((it) => getComputedStyle(it).display), 'block');
});
