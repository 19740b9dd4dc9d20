// Every sort of page that people use, under the checkers and as they may see it: narrow, enlarged, in their own
// colours, on paper, without JavaScript.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { WIDE, launchChromium, openPage, overflow, sniffed, startDirectory, violations } from './harness.mjs';
import { openEye } from './pixels.mjs';
import { cutOff, lines, missing, printed, stickingOut, withoutBorder, withoutMark, words } from './seen.mjs';

// What a page has no address for is reached from one that has.
const PAGES = [
  { path: '/' },
  { path: '/?q=coaching&role=nurse' },
  { path: '/?q=zzzzzz' },
  { path: '/?role=nonsense', status: 400 },
  { path: '/', name: 'the programmes for a group', reach: chooseGroup },
  { path: '/programmes/mary-seacole' },
  { path: '/programmes/stepping-up' },
  { path: '/programmes/no-such', status: 404 },
  { path: '/academies' },
  { path: '/academies/london-leadership-academy' },
  { path: '/coaching' },
  { path: '/coaching-links/coaching-mentoring' },
  { path: '/compare' },
  { path: '/compare?id=mary-seacole,edward-jenner' },
  { path: '/providers' },
  { path: '/providers/nhs-england' },
  { path: '/resources' },
  { path: '/resources/west-2015' },
  { path: '/frameworks' },
  { path: '/frameworks/hlm' },
  { path: '/accessibility' },
  { path: '/embed' },
  { path: '/embed/builder?role=nurse&limit=5' },
  { path: '/can-i-take-it' },
  { path: '/can-i-take-it', name: 'a later question', reach: answerSome },
  { path: '/can-i-take-it', name: 'what was told', reach: reviewAnswers },
  { path: '/can-i-take-it', name: 'what one can take', reach: seeResults },
].map((entry) => ({ status: 200, name: entry.path, ...entry }));

const NARROWEST = { width: 320, height: 640 };
// A window of 1280 × 1024 at 400 %.
const ENLARGED = { viewport: { width: 320, height: 256 }, deviceScaleFactor: 4 };
const MOST_BYTES = 60_000;

async function press(page, name) {
  await page.getByRole('button', { name, exact: true }).click();
}

async function chooseGroup(page) {
  await openAll(page);
  await page.getByRole('group', { name: 'Positive action' }).getByRole('checkbox').first().check();
  await press(page, 'Show them');
}

async function answerSome(page) {
  await press(page, "I'd rather not say");
  await page.getByRole('radio').first().check();
  await press(page, 'Continue');
}

async function reviewAnswers(page) {
  await answerSome(page);
  await press(page, 'See or change what I told');
}

async function seeResults(page) {
  await answerSome(page);
  await press(page, 'Show what I can take now');
}

let directory;
let browser;
let eye;
const html = new Map();

before(async () => {
  directory = await startDirectory();
  browser = await launchChromium();
  eye = await openEye(browser);
});

after(async () => {
  await browser?.close();
  await directory?.stop();
});

/** Opens a page of the list, keeps its HTML as it was sent, and notes what came with it. */
async function open(entry, options = {}) {
  const { page, faults } = await openPage(browser, { origins: [directory.origin], ...options });
  page.setDefaultTimeout(15_000);
  const isPage = (request) => request.isNavigationRequest() && request.frame() === page.mainFrame();
  const loaded = [];
  page.on('requestfinished', (request) => {
    const unpacked = request.response().then((response) => response.body()).then((body) => body.length, () => 0);
    loaded.push({ request, isPage: isPage(request), unpacked });
  });
  await page.goto(directory.origin + entry.path);
  await entry.reach?.(page);
  await page.waitForLoadState('networkidle');
  // Of the pages on the way to this one only what they share with it counts, as it would load that itself.
  const sent = loaded.findLast(({ isPage }) => isPage);
  const counted = loaded.filter(({ request, isPage }) => !isPage && request.resourceType() !== 'image').concat(sent);
  const response = await sent.request.response();
  assert.equal(response.status(), entry.status);
  assert.equal(page.url(), directory.origin + entry.path);
  if (!html.has(entry.name)) html.set(entry.name, await response.text());
  // Chromium says of every page with such a status that loading it failed.
  const isOfStatus = (fault) => entry.status >= 400 && fault.includes(`the server responded with a status of ${entry.status}`);
  return { page, counted, faults: () => faults.filter((fault) => !isOfStatus(fault)) };
}

async function sizes(counted) {
  let [sent, unpacked] = [0, 0];
  for (const one of counted) {
    const { responseHeadersSize, responseBodySize } = await one.request.sizes();
    sent += responseHeadersSize + responseBodySize;
    unpacked += await one.unpacked;
  }
  return { sent, unpacked };
}

function openAll(page) {
  return page.evaluate(() => { for (const details of document.querySelectorAll('details')) details.open = true; });
}

async function screenshot(page, { name }, width) {
  if (!process.env.SCREENSHOTS) return;
  const file = `${name.replace(/^\/$/, 'start').replaceAll(/[^a-z0-9]+/gi, '-').replaceAll(/^-|-$/g, '')}-${width}.png`;
  await page.screenshot({ path: join(process.env.SCREENSHOTS, file), fullPage: true });
}

for (const entry of PAGES) {
  describe(entry.name, () => {
    let wide;
    let said;
    before(async () => {
      wide = await open(entry);
      await screenshot(wide.page, entry, WIDE.width);
      said = await lines(wide.page);
    });
    after(() => wide?.page.context().close());

    test(`less than ${MOST_BYTES / 1000} kB come with it`, async (t) => {
      const { sent, unpacked } = await sizes(wide.counted);
      t.diagnostic(`${sent} bytes, unpacked ${unpacked}`);
      assert.ok(wide.counted.length >= 2, 'the page and its style');
      assert.ok(sent < MOST_BYTES, `${sent} bytes`);
    });

    test('paper shows what it says, and nothing that only a screen can use', async () => {
      await wide.page.emulateMedia({ media: 'print' });
      const { useless, lost, unaddressed } = await printed(wide.page);
      const pdf = await wide.page.pdf({ format: 'A4' });
      await wide.page.emulateMedia({ media: null });
      assert.deepEqual(useless, [], 'is of no use on paper');
      assert.deepEqual(lost, [], 'is said on the screen only');
      assert.deepEqual(unaddressed, [], 'leads nowhere on paper');
      assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
    });

    test('it says the same without JavaScript', async (t) => {
      const { page } = await open(entry, { javaScriptEnabled: false });
      t.after(() => page.context().close());
      const without = await lines(page);
      assert.ok(without.length > 3);
      // A script may add to a page; what nobody can do without must not come from it.
      const isScripted = await page.locator('script').count() > 0;
      assert.deepEqual(isScripted ? missing(without, said) : said, isScripted ? [] : without);
    });

    test('no checker finds a fault, with everything unfolded', async () => {
      await openAll(wide.page);
      // axe asks into frames, and the console tells of it where it may not: see the page's own faults before.
      assert.deepEqual(wide.faults(), []);
      assert.deepEqual(await violations(wide.page), []);
      assert.deepEqual(await sniffed(wide.page), []);
    });

    test('what can be used and what is chosen shows in forced colours', async () => {
      await wide.page.emulateMedia({ forcedColors: 'active' });
      await openAll(wide.page);
      const [weak, unmarked] = [await withoutBorder(wide.page), await withoutMark(wide.page, eye)];
      await wide.page.emulateMedia({ forcedColors: null });
      assert.deepEqual(weak, [], 'has no border that stands out');
      assert.deepEqual(unmarked, [], 'looks as if it was not chosen');
    });

    test('nothing is cut off, sticks out or is lost at 320 pixels, or at 400 %', async (t) => {
      const { page, faults } = await open(entry, ENLARGED);
      t.after(() => page.context().close());
      assert.deepEqual(faults(), []);
      assert.deepEqual(await violations(page), []);
      assert.equal(await overflow(page), 0);
      await openAll(page);
      assert.equal(await overflow(page), 0);
      assert.deepEqual(await cutOff(page), []);
      await openAll(wide.page);
      assert.deepEqual(missing(await words(wide.page), await words(page)), []);
      for (const shown of [wide.page, page]) assert.deepEqual(await stickingOut(shown), []);
      await page.setViewportSize(NARROWEST);
      assert.equal(await overflow(page), 0);
      assert.deepEqual(await cutOff(page), []);
      if (process.env.SCREENSHOTS) {
        const phone = await open(entry, { viewport: NARROWEST });
        await screenshot(phone.page, entry, NARROWEST.width);
        await phone.page.context().close();
      }
    });
  });
}

test('the Nu HTML checker finds no error and nothing to warn of', { timeout: 120_000 }, async (t) => {
  for (const entry of PAGES.filter(({ name }) => !html.has(name))) await (await open(entry)).page.context().close();
  const folder = await mkdtemp(join(tmpdir(), 'leadership-directory-html-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const files = await Promise.all(PAGES.map(async ({ name }, at) => {
    const file = join(folder, `${at}.html`);
    await writeFile(file, html.get(name));
    return file;
  }));
  const jar = createRequire(import.meta.url).resolve('vnu-jar/build/dist/vnu.jar');
  const options = ['-jar', jar, '--stdout', '--exit-zero-always', '--format', 'json', ...files];
  const { stdout } = await promisify(execFile)('java', options, { maxBuffer: 2 ** 26 });
  const faults = JSON.parse(stdout).messages
    .filter(({ type, subType }) => type !== 'info' || subType === 'warning')
    .map(({ url, lastLine, message, extract }) => `${PAGES[Number(/(\d+)\.html$/.exec(url)[1])].name}, line ${lastLine}: ${message} ${extract ?? ''}`);
  assert.deepEqual(faults, []);
});
