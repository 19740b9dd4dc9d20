// What the browser tests share: a directory of their own, Chromium, and what is noted of a page.

import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const BINARY = process.env.LEADERSHIP_DIRECTORY_BINARY
  ? resolve(process.env.LEADERSHIP_DIRECTORY_BINARY)
  : fileURLToPath(new URL('../../target/debug/leadership-directory', import.meta.url));
const packaged = createRequire(import.meta.url);
const AXE = await readFile(packaged.resolve('axe-core/axe.min.js'), 'utf8');
const SNIFFER = await readFile(packaged.resolve('html_codesniffer/build/HTMLCS.js'), 'utf8');
const START_LIMIT = 20_000;

export const WIDE = { width: 1280, height: 900 };
export const NARROW = { width: 360, height: 740 };

/** Starts the binary on a fresh database, with these settings, and waits until it says where it listens. */
export async function startDirectory(settings = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'leadership-directory-'));
  const database = `sqlite://${join(folder, 'directory.db')}`;
  // Settings of the caller's own must not reach the directory under test.
  const env = { PATH: process.env.PATH, ...settings };
  const child = spawn(BINARY, ['--listen', '127.0.0.1:0', '--database', database], { cwd: folder, env });
  let log = '';
  child.stderr.on('data', (text) => { log += text; });
  const ended = new Promise((done) => {
    child.on('exit', done);
    child.on('error', (error) => { log += error.message; done(); });
  });
  // A run that is broken off must leave no server behind.
  const abandon = () => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', abandon);
  async function stop() {
    process.off('exit', abandon);
    child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  }
  let limit;
  const origin = await Promise.race([
    firstAddress(child.stdout),
    ended.then(() => null),
    new Promise((done) => { limit = setTimeout(done, START_LIMIT, null); }),
  ]);
  clearTimeout(limit);
  if (!origin) {
    await stop();
    throw new Error(`${BINARY} did not say where it listens:\n${log}`);
  }
  return { origin, stop };
}

function firstAddress(stdout) {
  return new Promise((done) => {
    createInterface(stdout).on('line', (line) => {
      const found = /^listening on (http:\S+)$/.exec(line);
      if (found) done(new URL(found[1]).origin);
    });
  });
}

/**
 * Serves what `answer` makes of an address: a body with its status and headers, 404 where that is nothing, and no
 * answer at all where it is `null`. What was asked is noted.
 */
export async function serve(answer) {
  const asked = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://served');
    asked.push({ url, headers: request.headers });
    const given = await answer(url);
    if (given === null) return;
    const { status = 200, headers = {}, body = '' } = given ?? { status: 404 };
    response.writeHead(status, headers).end(body);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const stop = () => new Promise((done) => {
    server.close(done);
    server.closeAllConnections();
  });
  return { origin: `http://127.0.0.1:${server.address().port}`, asked, stop };
}

const CHROMIUM = {
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
  ],
};

export function launchChromium() {
  return chromium.launch(CHROMIUM);
}

/** Starts Chromium so that another tool can steer it, at this port. */
export async function launchOpenChromium() {
  const folder = await mkdtemp(join(tmpdir(), 'leadership-directory-chromium-'));
  const args = [...CHROMIUM.args, '--remote-debugging-port=0'];
  const context = await chromium.launchPersistentContext(folder, { ...CHROMIUM, args });
  const [port] = (await readFile(join(folder, 'DevToolsActivePort'), 'utf8')).split('\n');
  async function stop() {
    await context.close();
    await rm(folder, { recursive: true, force: true });
  }
  return { port: Number(port), stop };
}

/**
 * Opens an empty page and notes its faults: errors and warnings of the console, errors of scripts, and requests to
 * an origin that is not among those given. Close it with `page.context().close()`.
 */
export async function openPage(browser, { viewport = WIDE, origins, ...options }) {
  const context = await browser.newContext({ viewport, ...options });
  const page = await context.newPage();
  const faults = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) {
      faults.push(`console ${message.type()}: ${message.text()} (${message.location().url})`);
    }
  });
  page.on('pageerror', (error) => faults.push(`script: ${error}`));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (['http:', 'https:'].includes(url.protocol) && !origins.includes(url.origin)) faults.push(`foreign: ${url}`);
  });
  return { page, faults };
}

/** How many pixels the content is wider than the window. */
export function overflow(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** What axe finds by all its rules but those of level AAA and those given up; a line for each element. */
export async function violations(page) {
  // Evaluated from outside: a page's own policy lets no such script in, and must not have to.
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const isMeant = ({ tags }) => !tags.includes('deprecated') && !tags.includes('wcag2aaa');
    const values = globalThis.axe.getRules().filter(isMeant).map((rule) => rule.ruleId);
    const { violations } = await globalThis.axe.run({ runOnly: { type: 'rule', values }, resultTypes: ['violations'] });
    return violations;
  });
  return found.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id} (${help}): ${node.target} ${node.html}`));
}

/** What HTML_CodeSniffer calls an error by WCAG 2, level AA; a line for each element. */
export async function sniffed(page) {
  await page.evaluate(SNIFFER);
  return page.evaluate(async () => {
    const { HTMLCS } = globalThis;
    await new Promise((done, failed) => { HTMLCS.process('WCAG2AA', document, done, failed, 'en'); });
    const errors = HTMLCS.getMessages().filter(({ type }) => type === HTMLCS.ERROR);
    return errors.map(({ code, msg, element }) => `${code} (${msg}): ${element.outerHTML?.slice(0, 200)}`);
  });
}
