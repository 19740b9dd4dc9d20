// What people tell of themselves: it is in no address and kept nowhere, and the pages that take it work without
// JavaScript and with the browser's own Back.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchChromium, openPage, startDirectory } from './harness.mjs';

const GROUP = 'positive-action';
const SCRIPTED = [true, false];

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

/** Opens an empty page, and notes what is asked of the directory and what it answers. */
async function open(t, options) {
  const { page, faults } = await openPage(browser, { origins: [directory.origin], ...options });
  t.after(() => page.context().close());
  page.setDefaultTimeout(15_000);
  const asked = [];
  page.on('request', (request) => asked.push(request));
  const pages = [];
  page.on('response', (response) => { if (response.request().isNavigationRequest()) pages.push(response); });
  return { page, faults, asked, pages };
}

const button = (page, name) => page.getByRole('button', { name, exact: true });
const title = (page) => page.getByRole('heading', { level: 1 }).innerText();

/** Sees that nothing is left in the browser. */
async function assertNothingKept(page) {
  const context = page.context();
  assert.deepEqual(await context.cookies(), []);
  assert.deepEqual(await context.storageState({ indexedDB: true }), { cookies: [], origins: [] });
  const tools = await context.newCDPSession(page);
  // Of everything that a site can keep, caches and workers too, the browser says how much there is.
  const { usage } = await tools.send('Storage.getUsageAndQuota', { origin: directory.origin });
  assert.equal(usage, 0);
  for (const isLocalStorage of [true, false]) {
    const storageId = { securityOrigin: directory.origin, isLocalStorage };
    assert.deepEqual((await tools.send('DOMStorage.getDOMStorageItems', { storageId })).entries, []);
  }
  await tools.detach();
}

async function assertUntold({ page, faults, asked, pages }, path) {
  for (const request of asked) {
    const { pathname, search } = new URL(request.url());
    assert.ok(pathname === path || pathname.startsWith('/assets/'), pathname);
    assert.equal(search, '');
    assert.equal((await request.allHeaders()).referer || '', '');
  }
  assert.ok(pages.length > 1);
  for (const response of pages) {
    const headers = await response.allHeaders();
    assert.match(headers['cache-control'], /(^|, )no-store($|,)/);
    assert.equal(headers['set-cookie'], undefined);
  }
  await assertNothingKept(page);
  assert.deepEqual(faults, []);
}

/** Answers the question of the page, whichever it is, and goes on. */
async function answer(page) {
  const field = page.locator('main form').first().locator('input:not([type=hidden])').first();
  if (await field.getAttribute('type') === 'number') await field.fill('3');
  else await field.check();
  await button(page, 'Continue').click();
}

for (const javaScriptEnabled of SCRIPTED) {
  const how = javaScriptEnabled ? 'with' : 'without';
  test(`the questions can be answered ${how} JavaScript, and nothing of it is kept`, async (t) => {
    const opened = await open(t, { javaScriptEnabled });
    const { page } = opened;
    const address = `${directory.origin}/can-i-take-it`;
    const assertQuestion = async (number) => {
      assert.equal(await page.locator('main .nhsuk-caption-l').innerText(), `Can I take it? Question ${number}`);
    };
    await page.goto(address);
    const first = await title(page);
    await assertQuestion(1);
    await answer(page);
    await assertQuestion(2);
    const second = await title(page);
    assert.notEqual(second, first);

    await page.goBack();
    assert.equal(await title(page), first);
    await answer(page);
    assert.equal(await title(page), second, 'the same answer leads to the same question');

    await button(page, "I'd rather not say").click();
    await assertQuestion(3);
    const third = await title(page);
    assert.ok(![first, second].includes(third));
    await answer(page);
    await assertQuestion(4);
    assert.equal(page.url(), address);

    await button(page, 'Back to the question before').click();
    assert.equal(await title(page), third);
    assert.ok(await page.locator('main input:checked').count() > 0, 'what was told is shown');
    await button(page, 'Back to the question before').click();
    assert.equal(await title(page), second);
    await button(page, "I'd rather not say").click();
    await assertQuestion(4);

    await button(page, 'See or change what I told').click();
    assert.equal(await title(page), 'What you told');
    const told = await page.locator('main dl dd p').allInnerTexts();
    assert.equal(told.length, 3, told.join(', '));
    assert.equal(told.filter((words) => words === "I'd rather not say").length, 1);
    assert.equal(page.url(), address);

    await button(page, `Change what you told: ${first}`).click();
    assert.equal(await title(page), first);
    await answer(page);
    assert.equal(await title(page), 'What you told', 'what is changed leads back to all that was told');
    assert.deepEqual(await page.locator('main dl dd p').allInnerTexts(), told, 'in the order of the questions');
    await button(page, 'Show what I can take').click();
    assert.equal(await title(page), 'What you can take');
    assert.ok(await page.locator('main section').count() > 0);
    assert.ok(await page.locator('main section a[href^="/programmes/"]').count() > 0);
    assert.equal(page.url(), address);
    await assertUntold(opened, '/can-i-take-it');
  });
}

test('Back to an answered question shows it again, once one lets the browser send the answers again', async (t) => {
  const { page } = await open(t, { javaScriptEnabled: false });
  const address = `${directory.origin}/can-i-take-it`;
  await page.goto(address);
  await answer(page);
  const second = await title(page);
  await answer(page);
  assert.notEqual(await title(page), second);
  // As the answers are kept nowhere, not even in its cache, the browser asks before it sends them again.
  const isAsked = await page.goBack().then(() => false, (error) => /ERR_CACHE_MISS/.test(error.message) || Promise.reject(error));
  if (isAsked) {
    await page.waitForURL('chrome-error://**');
    await page.evaluate(() => document.readyState);
    await page.reload();
  }
  assert.equal(page.url(), address);
  assert.equal(await title(page), second);
  await answer(page);
  assert.equal(page.url(), address);
  await assertNothingKept(page);
});

test('a particular group is in no address: choosing it, paging, filtering, searching', async (t) => {
  const opened = await open(t, {});
  const { page, asked, pages, faults } = opened;
  const start = `${directory.origin}/`;
  // As few on a page as can be, so that there is a next one.
  await page.goto(`${start}?limit=1`);
  await page.getByText('Programmes for particular groups', { exact: true }).click();
  const before = asked.length;
  const group = page.getByRole('group', { name: 'Positive action' });
  await group.getByRole('checkbox').evaluateAll((boxes) => { for (const box of boxes) box.click(); });
  await button(page, 'Show them').click();
  const found = () => page.getByRole('heading', { level: 2, name: /^\d+ programmes?$/ }).innerText();
  const total = Number.parseInt(await found(), 10);
  assert.ok(total > 1, 'some programmes are positive action');
  const listed = () => page.locator('.ld-results h3').allInnerTexts();
  const one = await listed();
  assert.equal(one.length, 1);
  assert.equal(page.url(), start);

  await button(page, 'Next page').click();
  assert.equal(page.url(), start);
  const other = await listed();
  assert.equal(other.length, 1);
  assert.notDeepEqual(other, one);

  const isChosen = () => group.getByRole('checkbox').evaluateAll((boxes) => boxes.every((box) => box.checked));
  assert.ok(await isChosen());
  await page.getByLabel('Show those too that do not say').check();
  await button(page, 'Apply the filters').click();
  assert.equal(page.url(), start);
  assert.ok(await isChosen());
  assert.ok(await page.getByLabel('Show those too that do not say').isChecked());

  await page.getByRole('searchbox').fill('programme');
  await button(page, 'Search').click();
  assert.equal(page.url(), start);
  assert.ok(await isChosen());
  assert.equal(await page.getByRole('searchbox').inputValue(), 'programme');

  await assertUntold({ page, faults, asked: asked.slice(before), pages: pages.slice(1) }, '/');
  for (const request of asked) assert.ok(!request.url().includes(GROUP), request.url());
  await page.getByRole('link', { name: 'begin again' }).click();
  assert.equal(page.url(), start);
  assert.equal(await page.getByText(/is in no address/).count(), 0, 'the choice is forgotten');
});

test('a group that stands in an address is not shown, and leads to the form that hides it', async (t) => {
  const { page } = await open(t, {});
  const response = await page.goto(`${directory.origin}/?eligibility=${GROUP}-race`);
  assert.equal(response.status(), 400);
  assert.match((await response.allHeaders())['cache-control'], /no-store/);
  const text = await page.content();
  assert.ok(!text.includes(`eligibility=${GROUP}`), 'no link repeats it');
  await page.getByText(/is put into no address/).first().waitFor();
});
