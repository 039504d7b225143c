// Chromium, as an admin's computer has it: a clean profile, and trust in the certificates of this run only.

import { createRequire } from 'node:module';

// playwright-core is installed outside the clone; NODE_PATH, which `require` honours, says where.
const { chromium } = createRequire(import.meta.url)('playwright-core');

/** How long a page may take to show what it is waited for, in milliseconds. */
const PATIENCE = 20_000;

/** Starts a browser that trusts the keys of `facts.spki`. */
export function launch(facts) {
  return chromium.launch({
    executablePath: process.env.PLACARD_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--ignore-certificate-errors-spki-list=${facts.spki.join(',')}`,
    ],
  });
}

/** A person at a fresh computer: no cookies, no cache. Fails the test on an error that the page itself did not expect. */
export async function newPerson(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB', ...options });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  page.failures = [];
  page.on('pageerror', (error) => page.failures.push(String(error)));
  page.on('console', (message) => {
    if (/Content Security Policy|panicked/.test(message.text())) page.failures.push(message.text());
  });
  return page;
}

/** A load is over when nothing was asked for or came during this time, in milliseconds. */
const QUIET = 500;

/** Counts what a page load takes on the wire, headers included, as the browser counts it; but for the stream of news. */
export async function wireBytes(page, load) {
  const session = await page.context().newCDPSession(page);
  const open = new Set();
  let bytes = 0;
  let last = Date.now();
  const ended = ({ requestId, encodedDataLength = 0 }) => {
    if (open.delete(requestId)) [bytes, last] = [bytes + encodedDataLength, Date.now()];
  };
  session.on('Network.requestWillBeSent', ({ requestId, type }) => {
    if (type !== 'EventSource') open.add(requestId);
    last = Date.now();
  });
  session.on('Network.loadingFinished', ended);
  session.on('Network.loadingFailed', ended);
  await session.send('Network.enable');
  await load();
  while (open.size > 0 || Date.now() - last < QUIET) await new Promise((resume) => setTimeout(resume, 50));
  await session.detach();
  return bytes;
}
