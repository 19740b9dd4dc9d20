// The three ways into other sites: a link, a frame and an element, taken from the builder and put into pages of other
// origins, some of which allow little.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { NARROW, WIDE, launchChromium, openPage, overflow, serve, startDirectory, violations } from './harness.mjs';

const SANDBOX = 'allow-scripts allow-popups allow-popups-to-escape-sandbox allow-forms';
const NURSES = '?role=nurse&limit=5';

let directory;
let browser;
let snippets;
let scratch;

before(async () => {
  directory = await startDirectory();
  browser = await launchChromium();
  scratch = await browser.newPage();
  await scratch.goto(`${directory.origin}/embed/builder${NURSES}`);
  snippets = await written(scratch);
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

async function open(t, address, { origins = [], prepare = () => {}, ...options } = {}) {
  const { page, faults } = await openPage(browser, { origins: [directory.origin, new URL(address).origin, ...origins], ...options });
  t.after(() => page.context().close());
  page.setDefaultTimeout(10_000);
  await prepare(page);
  await page.goto(address);
  return { page, faults };
}

const html = (body, headers = {}) => ({
  headers: { 'content-type': 'text/html; charset=utf-8', ...headers },
  body: `<!DOCTYPE html><html lang="en"><title>Intranet</title><main><h1>Intranet</h1>${body}</main></html>`,
});

/** What the builder has written: the link, the frame and the element. */
async function written(page) {
  const area = (name) => page.locator(`#snippet-${name}`).inputValue();
  return { link: await area('link'), frame: await area('iframe'), element: await area('element') };
}

const finderSays = (page, text) => page.locator('leadership-finder').getByRole('status').filter({ hasText: text }).waitFor();

/** Sees that the frame's page shows what was chosen, and that the search in it works. */
async function useFrame(frame) {
  await frame.getByText('8 programmes').waitFor();
  assert.equal(await frame.getByRole('listitem').filter({ has: frame.getByRole('heading') }).count(), 5);
  await frame.getByRole('searchbox').fill('director');
  await frame.getByRole('button', { name: 'Search' }).click();
  const { meta } = await (await fetch(`${directory.origin}/v1/programmes?role=nurse&q=director`)).json();
  assert.ok(meta.total > 0 && meta.total < 8);
  await frame.getByText(new RegExp(`^${meta.total} programmes?$`)).waitFor();
}

async function useElement(page) {
  await finderSays(page, '8 programmes, 1 to 5 shown.');
  await page.locator('leadership-finder').getByLabel('Search by word').fill('director');
  await finderSays(page, /^[1-7] programmes?\.$/);
}

/** Sees that the link leads to the finder with what was chosen. */
async function useLink(page) {
  await page.getByRole('link', { name: 'Find a leadership programme' }).press('Enter');
  await page.waitForURL(`${directory.origin}/${NURSES}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
}

// The page that stands in the frame.

test('the frame’s page may be framed, sets no cookie, and keeps the filters when one searches in it', async (t) => {
  const response = await fetch(`${directory.origin}/embed${NURSES}`);
  const headers = Object.fromEntries(response.headers);
  assert.match(headers['content-security-policy'], /frame-ancestors \*$/);
  assert.match(headers['content-security-policy'], /script-src 'self'/);
  for (const name of ['x-frame-options', 'set-cookie']) assert.equal(headers[name], undefined, name);
  const { page, faults } = await open(t, `${directory.origin}/embed${NURSES}`, { javaScriptEnabled: false });
  await useFrame(page);
  const { searchParams } = new URL(page.url());
  assert.deepEqual([searchParams.get('role'), searchParams.get('limit'), searchParams.get('q')], ['nurse', '5', 'director']);
  assert.deepEqual(faults, []);
});

for (const width of [280, 760]) {
  test(`axe finds nothing in it, and nothing is cut off, at ${width} pixels`, async (t) => {
    const { page, faults } = await open(t, `${directory.origin}/embed`, { viewport: { width, height: 640 } });
    assert.equal(await page.getByRole('heading', { level: 2 }).count(), 10);
    assert.deepEqual(await violations(page), []);
    assert.equal(await overflow(page), 0);
    if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/embed-${width}.png`, fullPage: true });
    assert.deepEqual(faults, []);
  });
}

test('positive action is neither taken nor handed on by it', async () => {
  const response = await fetch(`${directory.origin}/embed?eligibility=positive-action-race`);
  assert.equal(response.status, 400);
  assert.doesNotMatch(await response.text(), /positive-action/);
  assert.doesNotMatch(await (await fetch(`${directory.origin}/embed/builder`)).text(), /positive-action/);
});

test('who may frame it is a setting', async (t) => {
  const portal = await served(t, () => html(frame()));
  const another = await served(t, () => html(frame()));
  const settings = { LEADERSHIP_DIRECTORY__SITE__FRAME_ANCESTORS: portal.origin };
  const choosy = await startDirectory(settings);
  t.after(() => choosy.stop());
  const frame = () => `<iframe title="Programmes" src="${choosy.origin}/embed"></iframe>`;
  const allowed = await open(t, portal.origin, { origins: [choosy.origin] });
  await allowed.page.frameLocator('iframe').getByText('24 programmes').waitFor();
  assert.deepEqual(allowed.faults, []);
  const refused = await open(t, another.origin, { origins: [choosy.origin] });
  await refused.page.waitForFunction(() => window.length === 1);
  assert.match(refused.faults.join('\n'), /frame-ancestors/);
  assert.equal(await refused.page.frameLocator('iframe').getByText('24 programmes').count(), 0);
});

// Its height.

/** Opens a page with frames whose heights are told to `embed-host.js`, and whose messages are noted. */
async function openFrames(t, body) {
  const policy = `default-src 'none'; script-src ${directory.origin}; style-src 'self'; frame-src ${directory.origin}`;
  const host = await served(t, () => html(body, { 'content-security-policy': policy }));
  const note = () => {
    window.heard = [];
    addEventListener('message', ({ origin, data }) => window.heard.push({ origin, data }));
  };
  return open(t, host.origin, { prepare: (page) => page.addInitScript(note) });
}

const HELPER = () => `<script src="${directory.origin}/embed-host.js"></script>`;
const plainFrame = (more = '', query = NURSES) => `<iframe title="Programmes" src="${directory.origin}/embed${query}" ${more}></iframe>`;
const resize = (page, height, which = 0) =>
  page.frames()[which + 1].evaluate((height) => Object.assign(document.body.style, { height, overflow: 'hidden' }), height);

async function heightsBecome(page, heights) {
  const isSo = (wanted) => JSON.stringify([...document.querySelectorAll('iframe')].map((it) => it.clientHeight)) === wanted;
  await page.waitForFunction(isSo, JSON.stringify(heights)).catch(async () => {
    assert.deepEqual(await page.locator('iframe').evaluateAll((all) => all.map((it) => it.clientHeight)), heights);
  });
}

const contentHeight = (page, which = 0) => page.frames()[which + 1].evaluate(() => Math.ceil(document.documentElement.getBoundingClientRect().height));

test('a sandboxed frame, as the builder writes it, gets the height of its page, and again what it becomes', async (t) => {
  const { page, faults } = await openFrames(t, HELPER() + snippets.frame);
  const frame = page.frameLocator('iframe');
  await frame.getByText('8 programmes').waitFor();
  const before = await contentHeight(page);
  await heightsBecome(page, [before]);
  const heard = await page.evaluate(() => window.heard);
  assert.ok(heard.length > 0 && heard.every(({ origin, data }) => origin === 'null' && Object.keys(data).join() === 'type,height'));
  await useFrame(frame);
  const less = await contentHeight(page);
  assert.ok(less < before);
  await heightsBecome(page, [less]);
  assert.deepEqual(faults, []);
});

test('two frames are told apart, more and less; one of another address takes part by its mark', async (t) => {
  const { page, faults } = await openFrames(t, HELPER() + plainFrame() + '<iframe data-leadership-directory title="More"></iframe>');
  await page.locator('iframe').nth(1).evaluate((it, address) => it.contentWindow.location.replace(address), `${directory.origin}/embed?limit=1`);
  await page.frameLocator('iframe >> nth=0').getByText('8 programmes').waitFor();
  await page.frameLocator('iframe >> nth=1').getByText('24 programmes').waitFor();
  await resize(page, '700px', 0);
  await resize(page, '300px', 1);
  await heightsBecome(page, [await contentHeight(page, 0), await contentHeight(page, 1)]);
  assert.ok(await contentHeight(page, 0) > await contentHeight(page, 1));
  await resize(page, '200px', 0);
  await heightsBecome(page, [await contentHeight(page, 0), await contentHeight(page, 1)]);
  assert.deepEqual(faults, []);
});

for (const [where, body] of [['below the frame', () => plainFrame() + HELPER()], ['late', () => plainFrame()]]) {
  test(`the helper works ${where} too, and beside a border that counts`, async (t) => {
    const { page } = await openFrames(t, body());
    await page.frameLocator('iframe').getByText('8 programmes').waitFor();
    if (where === 'late') {
      assert.equal(await page.locator('iframe').evaluate((it) => it.clientHeight), 150, 'nothing is changed without it');
      await page.addScriptTag({ url: `${directory.origin}/embed-host.js` });
    }
    await heightsBecome(page, [await contentHeight(page)]);
    await page.locator('iframe').evaluate((it) => Object.assign(it.style, { boxSizing: 'border-box', border: '5px solid' }));
    await resize(page, '500px');
    await heightsBecome(page, [await contentHeight(page)]);
  });
}

test('heights stay within bounds, and nothing else that is said changes any', async (t) => {
  const { page } = await openFrames(t, HELPER() + plainFrame());
  await page.frameLocator('iframe').getByText('8 programmes').waitFor();
  await resize(page, '9000px');
  await heightsBecome(page, [5000]);
  await page.frames()[1].evaluate(() => document.body.replaceChildren());
  await resize(page, '20px');
  await heightsBecome(page, [150]);
  await page.evaluate(() => {
    for (const data of [null, 'x', 7, { type: 'other', height: 900 }, { type: 'leadership-directory:height', height: 900 }]) postMessage(data, '*');
  });
  await page.frames()[1].evaluate(() => {
    const type = 'leadership-directory:height';
    for (const height of [NaN, Infinity, null, undefined, {}, '1px;background:url(//x)', '900']) parent.postMessage({ type, height }, '*');
    parent.postMessage('last', '*');
  });
  await page.waitForFunction(() => window.heard.some(({ data }) => data === 'last'));
  await heightsBecome(page, [150]);
});

// The builder.

async function openBuilder(t, query = '', options = {}) {
  return open(t, `${directory.origin}/embed/builder${query}`, options);
}

/** Fills in the form; a choice of many opens what holds it. */
async function choose(page, { terms = [], limit, heading }) {
  for (const [name, term] of terms) {
    const box = page.locator(`input[name="${name}"][value="${term}"]`);
    const group = page.locator('#builder details').filter({ has: box });
    // By keyboard: what is drawn below moves the page under a pointer.
    if (!await group.evaluate((it) => it.open)) await group.locator('summary').press('Enter');
    await box.press('Space');
  }
  for (const [name, value] of Object.entries({ limit, heading })) {
    if (value === undefined) continue;
    const field = page.locator(`#builder input[name="${name}"]`);
    await field.fill(value);
    await field.press('Tab');
  }
}

test('the builder writes the same with a script and without', async (t) => {
  const choice = {
    terms: [
      ['role', 'nurse'], ['role', 'midwife'], ['level', 'mid'], ['level', 'senior'], ['eligibility', 'open-to-all'],
      ['delivery', 'workshop'], ['cost', 'free'],
    ],
    heading: ' "Für" & <all> it’s 100 % ',
  };
  const plain = await openBuilder(t, '', { javaScriptEnabled: false });
  assert.equal(await plain.page.locator('[data-copy]:visible').count(), 0);
  const { page, faults } = await openBuilder(t);
  assert.deepEqual(await written(page), await written(plain.page), 'before anything is chosen');
  await choose(plain.page, choice);
  await plain.page.getByRole('button', { name: 'Make the lines' }).click();
  await choose(page, choice);
  assert.deepEqual(await written(page), await written(plain.page));
  assert.match((await written(page)).element, / level="mid,senior" .* heading="&quot;Für&quot; &amp; &lt;all&gt; it’s 100 %">/);
  assert.equal(page.url(), `${directory.origin}/embed/builder`);
  assert.deepEqual([...faults, ...plain.faults], []);
});

test('the snippets say what was chosen, each in its own way, and nothing that was not', async (t) => {
  const heading = '"Für" & <all> it’s 100 %';
  const address = `?role=nurse&role=midwife&level=mid,senior&cost=free&limit=5&heading=${encodeURIComponent(heading)}`;
  const { page } = await openBuilder(t, address, { javaScriptEnabled: false });
  const { link, frame, element } = await written(page);
  const query = '?role=nurse,midwife&amp;level=mid,senior&amp;cost=free&amp;limit=5';
  assert.equal(link, `<a href="${directory.origin}/${query}">Find a leadership programme</a>`);
  assert.match(frame, /^<iframe [^<>]+><\/iframe>$/);
  const { sandbox, ...others } = Object.fromEntries([...frame.matchAll(/ ([a-z-]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
  assert.deepEqual(others, {
    src: `${directory.origin}/embed${query}`, title: 'Leadership programmes', width: '100%', height: '640', loading: 'lazy', referrerpolicy: 'no-referrer',
  });
  assert.deepEqual(sandbox.split(' ').sort(), SANDBOX.split(' ').sort());
  const [script, tag] = element.split('\n');
  assert.match(script, new RegExp(`^<script src="${directory.origin}/assets/leadership-finder-[0-9a-f]{12}\\.js" integrity="sha384-[A-Za-z0-9+/]{64}" crossorigin="anonymous" async></script>$`));
  assert.equal(tag, '<leadership-finder role="nurse,midwife" level="mid,senior" cost="free" limit="5"'
    + ' heading="&quot;Für&quot; &amp; &lt;all&gt; it’s 100 %"></leadership-finder>');
  await page.goto(`${directory.origin}/embed/builder`);
  const bare = await written(page);
  assert.equal(bare.link, `<a href="${directory.origin}/">Find a leadership programme</a>`);
  assert.match(bare.frame, new RegExp(`^<iframe src="${directory.origin}/embed" `));
  assert.match(bare.element, /\n<leadership-finder><\/leadership-finder>$/);
});

test('what the address chooses stays chosen, also a term that no programme has', async (t) => {
  const query = '?role=nurse&region=london&limit=7';
  const plain = await openBuilder(t, query, { javaScriptEnabled: false });
  const { page, faults } = await openBuilder(t, query);
  assert.match((await written(plain.page)).element, / role="nurse" region="london" limit="7">/);
  await page.locator('[data-copy]:visible').first().waitFor();
  assert.deepEqual(await written(page), await written(plain.page));
  assert.deepEqual(faults, []);
});

test('the previews follow the form, without a step of Back, and load once', async (t) => {
  const asked = [];
  const { page, faults } = await openBuilder(t, NURSES, {
    prepare: (page) => page.on('request', (request) => asked.push(request.url().replace(directory.origin, ''))),
  });
  await finderSays(page, '8 programmes, 1 to 5 shown.');
  const frame = page.frameLocator('iframe');
  await page.locator('iframe').scrollIntoViewIfNeeded();
  await frame.getByText('8 programmes').waitFor();
  assert.deepEqual(asked.filter((path) => path.startsWith('/embed?')), [`/embed${NURSES}`]);
  assert.equal(asked.filter((path) => path.startsWith('/v1/')).length, 1);
  const steps = await page.evaluate(() => history.length);
  await choose(page, { terms: [['level', 'senior']], heading: 'For <us>' });
  const { meta } = await (await fetch(`${directory.origin}/v1/programmes?role=nurse&level=senior`)).json();
  await finderSays(page, new RegExp(`^${meta.total} programme`));
  assert.equal(await page.locator('leadership-finder').getByRole('heading').textContent(), 'For <us>');
  await frame.getByText(new RegExp(`^${meta.total} programmes?$`)).waitFor();
  assert.equal(await page.evaluate(() => history.length), steps);
  assert.deepEqual(faults, []);
});

test('a preview that is not yet in view shows what is chosen once it is; a number that cannot be is left out', async (t) => {
  const { page } = await openBuilder(t, '', { viewport: { width: 1280, height: 300 } });
  await choose(page, { terms: [['role', 'nurse']], limit: '500' });
  assert.match((await written(page)).element, /<leadership-finder role="nurse">/);
  await page.locator('iframe').scrollIntoViewIfNeeded();
  await page.frameLocator('iframe').getByText('8 programmes').waitFor();
  await finderSays(page, '8 programmes');
});

test('copy buttons copy and say so, also where there is no clipboard', async (t) => {
  const { page } = await openBuilder(t, NURSES);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const button = (what) => page.locator(`[data-copy=snippet-${what}]`);
  await button('link').click();
  await page.getByRole('status').filter({ hasText: /^Copied: The link$/ }).waitFor();
  assert.equal(await button('link').textContent(), 'Copied: The link');
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), snippets.link);
  await choose(page, { terms: [['role', 'midwife']] });
  assert.equal(await button('link').textContent(), 'Copy: The link', 'it is not so any more');

  const noClipboard = (page) => page.addInitScript(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
  const old = await openBuilder(t, NURSES, { prepare: noClipboard });
  await old.page.locator('[data-copy=snippet-iframe]').click();
  await old.page.getByRole('status').filter({ hasText: 'Copied: The frame' }).waitFor();
  await old.page.evaluate(() => { document.execCommand = () => false; });
  await old.page.locator('[data-copy=snippet-iframe]').click();
  await old.page.getByRole('status').filter({ hasText: 'Copy the selected text yourself.' }).waitFor();
  const selected = await old.page.locator('#snippet-iframe').evaluate((it) => it.value.slice(it.selectionStart, it.selectionEnd));
  assert.equal(selected, snippets.frame);
});

for (const viewport of [WIDE, NARROW]) {
  test(`axe finds nothing in the builder, and nothing is cut off, at ${viewport.width} pixels`, async (t) => {
    const { page, faults } = await openBuilder(t, NURSES, { viewport });
    await finderSays(page, '8 programmes');
    await page.locator('iframe').scrollIntoViewIfNeeded();
    await page.frameLocator('iframe').getByText('8 programmes').waitFor();
    assert.deepEqual(await violations(page), []);
    assert.equal(await overflow(page), 0);
    if (process.env.SCREENSHOTS) {
      await page.screenshot({ path: `${process.env.SCREENSHOTS}/embed-builder-${viewport.width}.png`, fullPage: true });
    }
    assert.deepEqual(faults, []);
  });
}

// The element's script.

test('the script of the snippet is what its hash says, is kept for good, and may be loaded from anywhere', async () => {
  const [, src, integrity] = /src="([^"]+)" integrity="([^"]+)"/.exec(snippets.element);
  const response = await fetch(src, { headers: { origin: 'https://portal.example' } });
  const bytes = Buffer.from(await response.arrayBuffer());
  assert.equal(`sha384-${createHash('sha384').update(bytes).digest('base64')}`, integrity);
  assert.equal(response.headers.get('cache-control'), 'public, max-age=31536000, immutable');
  const stable = await fetch(`${directory.origin}/leadership-finder.js`);
  assert.deepEqual(Buffer.from(await stable.arrayBuffer()), bytes);
  assert.match(stable.headers.get('cache-control'), /no-cache/);
  for (const { headers } of [response, stable, await fetch(`${directory.origin}/embed-host.js`)]) {
    assert.match(headers.get('content-type'), /^text\/javascript/);
    assert.equal(headers.get('access-control-allow-origin'), '*');
    assert.equal(headers.get('cross-origin-resource-policy'), 'cross-origin');
  }
});

for (const isTampered of [false, true]) {
  test(`a browser ${isTampered ? 'refuses other bytes than those of the hash' : 'takes the very bytes from elsewhere'}`, async (t) => {
    const src = /src="([^"]+)"/.exec(snippets.element)[1];
    const text = await (await fetch(src)).text();
    const headers = { 'content-type': 'text/javascript', 'access-control-allow-origin': '*' };
    const mirror = await served(t, () => ({ headers, body: isTampered ? `${text}\n` : text }));
    const element = snippets.element.replace(new URL(src).origin, mirror.origin).replace(' role=', ` api="${directory.origin}" role=`);
    const host = await served(t, () => html(element));
    const { page, faults } = await open(t, host.origin, { origins: [mirror.origin] });
    if (!isTampered) {
      await useElement(page);
      assert.deepEqual(faults, []);
      return;
    }
    await page.waitForLoadState();
    assert.equal(mirror.asked.length, 1);
    assert.equal(await page.evaluate(() => customElements.get('leadership-finder')), undefined);
    assert.match(faults.join('\n'), /integrity/);
  });
}

// The test hosts. No request may leave any of them but to themselves and to the directory: openPage notes it.

const tiers = () => snippets.link + snippets.frame + snippets.element;

test('a page with a strict policy: all three work', async (t) => {
  const policy = `default-src 'none'; script-src ${directory.origin}; connect-src ${directory.origin}; style-src 'self'; `
    + `frame-src ${directory.origin}; require-trusted-types-for 'script'`;
  const host = await served(t, () => html(HELPER() + tiers(), { 'content-security-policy': policy }));
  const { page, faults } = await open(t, host.origin);
  await useElement(page);
  await page.locator('iframe').scrollIntoViewIfNeeded();
  await useFrame(page.frameLocator('iframe'));
  await useLink(page);
  assert.deepEqual(faults, []);
  assert.deepEqual(await page.context().storageState({ indexedDB: true }), { cookies: [], origins: [] });
});

test('a sandboxed frame, whose origin is null: the element works in it', async (t) => {
  const host = await served(t, ({ pathname }) => (pathname === '/inner' ? html(snippets.element)
    : html('<iframe sandbox="allow-scripts" src="/inner" title="Panel" width="600" height="600"></iframe>')));
  const origins = [];
  const { page, faults } = await open(t, host.origin, {
    prepare: (page) => page.on('request', (request) => { if (request.url().includes('/v1/')) origins.push(request.allHeaders().then(({ origin }) => origin)); }),
  });
  await useElement(page.frameLocator('iframe'));
  assert.deepEqual(new Set(await Promise.all(origins)), new Set(['null']));
  assert.deepEqual(faults, []);
});

test('links out of a frame open a page of their own, which nobody’s frame has a hold of', async (t) => {
  const sandbox = 'allow-scripts allow-popups allow-popups-to-escape-sandbox';
  const host = await served(t, ({ pathname }) => (pathname === '/inner' ? html(snippets.element)
    : html(`${snippets.frame}<iframe sandbox="${sandbox}" src="/inner" title="Panel" width="600" height="600"></iframe>`)));
  const { page } = await open(t, host.origin);
  for (const which of [0, 1]) {
    const link = page.frameLocator('iframe').nth(which).getByRole('link', { name: /^Aspiring Director of Nursing programme \(a new page\)$/ });
    const [opened] = await Promise.all([page.context().waitForEvent('page'), link.click()]);
    await opened.getByRole('heading', { level: 1 }).waitFor();
    assert.equal(opened.url(), `${directory.origin}/programmes/aspiring-director-of-nursing`);
    assert.equal(await opened.evaluate(() => window.opener), null);
  }
});

/** What a site's editor keeps of HTML: the elements and attributes that it knows, and frames of sites that it allows. */
function cleaned(text, { known, frames = [] }) {
  return scratch.evaluate(({ text, known, frames }) => {
    const { body } = new DOMParser().parseFromString(text, 'text/html');
    for (const element of body.querySelectorAll('*')) {
      const attributes = known[element.localName];
      const isAllowed = element.localName !== 'iframe' || frames.includes('*') || frames.includes(new URL(element.src).host);
      if (!attributes || !isAllowed) {
        element.remove();
        continue;
      }
      const isKept = ({ name }) => attributes.includes('*') || attributes.includes(name);
      for (const attribute of [...element.attributes]) if (!isKept(attribute)) element.removeAttribute(attribute.name);
    }
    return body.innerHTML;
  }, { text, known, frames });
}

// SharePoint's Embed web part takes frames of allowed sites, and neither it nor a text takes scripts or elements that
// HTML does not have. Here a frame keeps no more than it needs. The page itself may stand in a frame, of Teams say.
const SHAREPOINT = { a: ['href'], iframe: ['src', 'width', 'height', 'title'] };

async function openSharePoint(t, frames) {
  const kept = await cleaned(tiers(), { known: SHAREPOINT, frames });
  const host = await served(t, ({ pathname }) => html(pathname === '/page' ? kept : '<iframe src="/page" title="Page" width="900" height="900"></iframe>'));
  const { page, faults } = await open(t, host.origin);
  const inner = page.frameLocator('iframe');
  await inner.getByRole('link', { name: 'Find a leadership programme' }).waitFor();
  return { page, inner, faults, host, kept };
}

test('a SharePoint-like page: the link works, the frame where its site is allowed, the element not', async (t) => {
  const allowed = await openSharePoint(t, [new URL(directory.origin).host]);
  assert.doesNotMatch(allowed.kept, /script|leadership-finder|sandbox/);
  await useFrame(allowed.inner.frameLocator('iframe'));
  assert.equal(await allowed.inner.locator('leadership-finder').count(), 0);
  assert.deepEqual(allowed.faults, []);

  const refused = await openSharePoint(t, ['another.example']);
  assert.equal(await refused.inner.locator('iframe').count(), 0);
  await refused.page.goto(`${refused.host.origin}/page`);
  await useLink(refused.page);
  assert.deepEqual(refused.faults, []);
});

// Moodle cleans what students write with HTML Purifier, which keeps neither frames nor scripts. What a teacher writes in
// a Page is not cleaned, but the editor keeps no element that HTML does not have.
const PURIFIED = { a: ['href', 'title', 'target'], p: [], em: [], strong: [] };
const EDITOR = { ...PURIFIED, iframe: ['*'], script: ['*'] };
const MOODLE = [
  ['a text that is cleaned', PURIFIED, { frame: false, element: false }],
  ['a Page written in the editor', EDITOR, { frame: true, element: false }],
  ['a Page or a text block that nothing is taken from', null, { frame: true, element: true }],
];

for (const [name, known, works] of MOODLE) {
  const told = `the frame ${works.frame ? 'too' : 'not'}, the element ${works.element ? 'too' : 'not'}`;
  test(`a Moodle-like site, ${name}: the link works, ${told}`, async (t) => {
    const text = known ? await cleaned(tiers(), { known, frames: ['*'] }) : tiers();
    const host = await served(t, () => html(`<div class="no-overflow">${text}</div>`));
    const { page, faults } = await open(t, host.origin);
    assert.equal(await page.locator('iframe').count(), works.frame ? 1 : 0);
    assert.equal(await page.locator('leadership-finder').count(), works.element ? 1 : 0);
    if (works.element) await useElement(page);
    if (works.frame) {
      await page.locator('iframe').scrollIntoViewIfNeeded();
      await useFrame(page.frameLocator('iframe'));
    }
    await useLink(page);
    assert.deepEqual(faults, []);
  });
}

test('a Moodle-like site, a URL resource that embeds: the frame’s address works', async (t) => {
  const host = await served(t, () => html(`<iframe id="resourceobject" src="${directory.origin}/embed${NURSES}" title="Programmes"></iframe>`));
  const { page, faults } = await open(t, host.origin);
  await useFrame(page.frameLocator('iframe'));
  assert.deepEqual(faults, []);
});

test('the builder says what SharePoint and Moodle allow, with links to where they say it', async (t) => {
  const { page } = await openBuilder(t, '', { javaScriptEnabled: false });
  const hosts = page.locator('section').filter({ has: page.getByRole('heading', { name: 'What SharePoint, Moodle and others allow' }) });
  const text = await hosts.textContent();
  for (const words of [/SharePoint.*HTML Field Security.*the element does not work/s, /Moodle.*URL.*Page.*administrator/s]) assert.match(text, words);
  const links = await hosts.getByRole('link').evaluateAll((all) => all.map((it) => new URL(it.href).host));
  for (const owner of [/\.microsoft\.com$/, /^(docs\.moodle\.org|moodledev\.io)$/]) assert.ok(links.some((host) => owner.test(host)), `${owner}: ${links}`);
});
