// From a new agent to a sign that follows its calendar, as an admin does it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, newPerson, wireBytes } from './chromium.mjs';
import {
  allow, claim, connected, enrol, linkDisplay, pairHub, pictureThat, redirectUri, saveGoogleApp, screenshot, settledPicture,
  sign, signIn, signOut, startConnecting,
} from './steps.mjs';
import { World } from './world.mjs';

/** What a first load shall take at most on the wire, and what fails the test. */
const FIRST_LOAD_GOAL = 300 * 1024;
const FIRST_LOAD_LIMIT = 350 * 1024;

let world;
let browser;

before(async () => {
  world = await World.start();
  browser = await launch(world.facts);
});

after(async () => {
  await browser?.close();
  await world?.stop();
});

test('a first load is small', async () => {
  const page = await newPerson(browser);
  const bytes = await wireBytes(page, async () => {
    await page.goto(world.facts.portal);
    await page.getByLabel('Setup token').waitFor();
  });
  console.log(`first load on the wire: ${(bytes / 1024).toFixed(1)} KB (goal ${FIRST_LOAD_GOAL / 1024} KB)`);
  await screenshot(page, '1-new-agent');
  assert.ok(bytes > 20 * 1024, `only ${bytes} bytes were counted; was anything loaded?`);
  assert.ok(bytes <= FIRST_LOAD_LIMIT, `a first load takes ${bytes} bytes on the wire`);
  await page.context().close();
});

test('a wrong setup token is refused in words', async () => {
  const page = await newPerson(browser);
  await page.goto(world.facts.portal);
  await page.getByLabel('Setup token').fill('wrong');
  await page.getByLabel('User name').fill(world.facts.username);
  await page.getByLabel('Password').fill(world.facts.password);
  await page.getByRole('button', { name: 'Set up', exact: true }).click();
  await page.getByRole('alert').filter({ hasText: /token/i }).waitFor();
  await screenshot(page, '2-wrong-setup-token');
  await page.context().close();
});

test('a renamed meeting changes the picture on the wall without a reload', async () => {
  const { facts } = world;
  const page = await newPerson(browser);
  await claim(page, facts.portal, facts);
  await signOut(page);
  await signIn(page, facts);
  await enrol(page, facts);
  await screenshot(page, '3-relay');

  await world.registerRedirect(await redirectUri(page));
  await saveGoogleApp(page, async (app) => {
    await app.getByLabel('Client Id').fill(facts.client_id);
    await app.getByLabel('Client Secret').fill(facts.client_secret);
  });
  await startConnecting(page, facts);
  await screenshot(page, '4-consent');
  await allow(page);
  await connected(page, facts.portal);
  await screenshot(page, '5-connected');

  await pairHub(page, facts.pairing_codes[0]);
  await screenshot(page, '6-hub');

  const meeting = await world.addEvent(await world.calendarOf('Alder'), 'Quarterly planning');
  await linkDisplay(page, 'north-1', 'Alder');
  assert.equal(new URL(page.url()).pathname, '/m');
  const glass = sign(page, 'Alder').locator('img');
  const planning = await settledPicture(glass);
  assert.deepEqual([planning.width, planning.height], [800, 480]);
  await screenshot(page, '7-wall-before');

  await page.evaluate(() => (globalThis.placardNotReloaded = true));
  await meeting.rename('Lunch with everyone');
  const lunch = await pictureThat(glass, 'another', ({ hash }) => hash !== planning.hash);
  await screenshot(page, '8-wall-after');
  await meeting.rename('Quarterly planning');
  await pictureThat(glass, 'the first again', ({ hash }) => hash === planning.hash);
  assert.notEqual(lunch.hash, planning.hash);
  assert.equal(await page.evaluate(() => globalThis.placardNotReloaded), true, 'the page was reloaded');
  assert.deepEqual(page.failures, []);
});
