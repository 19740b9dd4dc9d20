// The pages with the keyboard alone: everything can be reached, in order, one sees where one is, and the questions can be
// answered to the end.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { WIDE, launchChromium, openPage, startDirectory } from './harness.mjs';
import { openEye } from './pixels.mjs';

const PHONE = { width: 320, height: 640 };
// A page, not too long, for each sort of control, and whether it has controls that forced colours draw in another way.
const PAGES = [
  ['/?q=coaching', true], ['/academies', true], ['/can-i-take-it', true],
  ['/?q=zzzzzz', false], ['/resources/west-2015', false], ['/compare?id=mary-seacole', false],
];
// Around what has the focus, for outlines and shadows.
const MARGIN = 10;
const MOST_STOPS = 600;

let directory;
let browser;
let eye;

before(async () => {
  directory = await startDirectory();
  browser = await launchChromium();
  eye = await openEye(browser);
});

after(async () => {
  await browser?.close();
  await directory?.stop();
});

async function open(t, path, options = {}) {
  const { page, faults } = await openPage(browser, { origins: [directory.origin], reducedMotion: 'reduce', ...options });
  t.after(() => page.context().close());
  page.setDefaultTimeout(15_000);
  await page.goto(directory.origin + path);
  return { page, faults };
}

/** What has the focus: its place among all elements, and what it is. Nothing where the page itself has it. */
function focused(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const { x, y, width, height } = element.getBoundingClientRect();
    return {
      box: { x, y, width, height },
      at: [...document.querySelectorAll('*')].indexOf(element),
      is: element.localName, type: element.type, text: element.textContent.trim(), html: element.outerHTML.slice(0, 160),
      isClosed: element.localName === 'summary' && !element.parentElement.open,
    };
  });
}

/** What the focus must come to, in the order of the page. */
function focusable(page) {
  return page.evaluate(() => {
    const all = [...document.querySelectorAll('*')];
    const groups = new Set();
    return all.filter((element) => {
      if (!element.matches('a[href], button, input:not([type=hidden]), select, textarea, summary, iframe, [tabindex]')) return false;
      if (element.tabIndex < 0 || element.disabled || !element.checkVisibility()) return false;
      // Of a group of radio buttons one has the place of all.
      if (element.type !== 'radio') return true;
      const isFirst = !groups.has(element.name);
      groups.add(element.name);
      return isFirst;
    }).map((element) => ({ at: all.indexOf(element), html: element.outerHTML.slice(0, 160) }));
  });
}

/** Goes through the page once and does something at every stop. */
async function walk(page, visit = () => {}) {
  const stops = [];
  while (stops.length < MOST_STOPS) {
    await page.keyboard.press('Tab');
    const stop = await focused(page);
    if (!stop || stops.some(({ at }) => at === stop.at)) break;
    stops.push(stop);
    await visit(stop);
  }
  return stops;
}

const places = (stops) => stops.map(({ at, html }) => ({ at, html }));

for (const path of ['/', '/?q=coaching&role=nurse']) {
  test(`${path}: on a phone every link, control and fold of the finder is reached, in order`, async (t) => {
    const { page } = await open(t, path, { viewport: PHONE });
    const folded = (await focusable(page)).length;
    const stops = await walk(page, async ({ isClosed }) => { if (isClosed) await page.keyboard.press('Enter'); });
    const all = await focusable(page);
    assert.ok(all.length > folded, 'something was folded');
    assert.deepEqual(places(stops), all);
    const kinds = new Set(stops.map(({ is, type }) => (is === 'input' ? type : is)));
    assert.deepEqual(kinds, new Set(['a', 'search', 'button', 'summary', 'checkbox', 'select']));
  });
}

for (const [path, hasForced] of PAGES) {
  for (const forcedColors of hasForced ? ['none', 'active'] : ['none']) {
    const colours = forcedColors === 'active' ? 'forced' : 'its own';
    test(`${path}: one sees where the focus is, in ${colours} colours`, async (t) => {
      const { page } = await open(t, path, { forcedColors });
      await page.evaluate(() => { for (const details of document.querySelectorAll('details')) details.open = true; });
      // The whole page is in the window, so that nothing moves but the focus.
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      await page.setViewportSize({ width: WIDE.width, height });
      await eye.remember(await page.screenshot({ animations: 'disabled' }));
      const unseen = [];
      const stops = await walk(page, async ({ html, box }) => {
        const [x, y] = [Math.max(0, Math.floor(box.x - MARGIN)), Math.max(0, Math.floor(box.y - MARGIN))];
        const clip = {
          x, y,
          width: Math.min(WIDE.width, Math.ceil(box.x + box.width + MARGIN)) - x,
          height: Math.min(height, Math.ceil(box.y + box.height + MARGIN)) - y,
        };
        const changed = await eye.changed(await page.screenshot({ clip, animations: 'disabled' }), clip);
        // At the least a line along its shorter side, two pixels thick.
        if (changed < 2 * Math.min(box.width, box.height)) unseen.push(`${changed} pixels: ${html}`);
      });
      assert.deepEqual(places(stops), await focusable(page));
      assert.deepEqual(unseen, []);
    });
  }
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with' : 'without';

  test(`the first stop leads past the navigation, ${how} JavaScript`, async (t) => {
    const { page } = await open(t, '/', { javaScriptEnabled });
    await page.keyboard.press('Tab');
    const skip = await focused(page);
    assert.match(skip.text, /^Skip/);
    const isInView = await page.evaluate(() => {
      const { left, top, right, bottom, width } = document.activeElement.getBoundingClientRect();
      return width > 20 && left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
    });
    assert.ok(isInView, 'the link is seen once it has the focus');
    await page.keyboard.press('Enter');
    await page.waitForURL(/#content$/);
    await page.keyboard.press('Tab');
    assert.ok(await page.evaluate(() => document.querySelector('main').contains(document.activeElement)));
    assert.equal((await focused(page)).at, await page.evaluate(() => {
      const first = document.querySelector('main :is(a[href], button, input:not([type=hidden]), summary)');
      return [...document.querySelectorAll('*')].indexOf(first);
    }));
  });

  test(`all questions can be answered with the keyboard alone, ${how} JavaScript`, async (t) => {
    const { page, faults } = await open(t, '/can-i-take-it', { javaScriptEnabled });
    const title = () => page.locator('h1').innerText();
    const seen = new Set();
    for (let at = 0; await title() !== 'What you can take'; at += 1) {
      assert.ok(!seen.has(await title()), `${await title()} is asked once`);
      seen.add(await title());
      // One run goes through all that is asked, the other sees its results before.
      if (!javaScriptEnabled && at === 4) await submit(page, 'Show what I can take now');
      else await answer(page, at);
    }
    assert.ok(seen.size >= 4);
    const { html } = await tabTo(page, ({ is, html }) => is === 'a' && html.includes('href="/programmes/'));
    await page.keyboard.press('Enter');
    await page.waitForURL(`${directory.origin}${/href="([^"]+)"/.exec(html)[1]}`);
    assert.deepEqual(faults, []);
  });
}

/** Goes on until the focus is on what is meant. */
async function tabTo(page, isMeant) {
  for (let stops = 0; stops < MOST_STOPS; stops += 1) {
    await page.keyboard.press('Tab');
    const stop = await focused(page);
    if (stop && isMeant(stop)) return stop;
  }
  throw new Error('the focus does not come to it');
}

/** Goes to a button, presses it, and waits for the page that it leads to. */
async function submit(page, name, key = 'Enter') {
  if (name) await tabTo(page, ({ is, text }) => is === 'button' && text === name);
  await Promise.all([page.waitForEvent('load'), page.keyboard.press(key)]);
}

/** Answers a question, by turns in every way that a keyboard can. */
async function answer(page, at) {
  if (at % 4 === 1) return submit(page, "I'd rather not say", 'Space');
  const { type } = await tabTo(page, ({ is }) => is === 'input');
  const isChosen = () => page.evaluate(() => document.activeElement.checked);
  if (type === 'number') {
    await page.keyboard.type('3');
    return submit(page, null);
  }
  await page.keyboard.press('Space');
  assert.ok(await isChosen());
  if (type === 'checkbox') return submit(page, 'Continue');
  const first = await focused(page);
  await page.keyboard.press('ArrowDown');
  assert.ok(await isChosen());
  assert.notEqual((await focused(page)).at, first.at);
  return at % 4 === 2 ? submit(page, null) : submit(page, 'Continue');
}
