// From a new agent to a sign that follows its calendar, as an admin does it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, newPerson } from './chromium.mjs';
import {
  allow, claim, connected, enrol, linkDisplay, pairHub, pictureThat, redirectUri, saveGoogleApp, screenshot, settledPicture,
  sign, signIn, signOut, startConnecting,
} from './steps.mjs';
import { World } from './world.mjs';

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

test('a new agent shows where its setup token is, and refuses a wrong one in words, all without scripts', async () => {
  const page = await newPerson(browser, { javaScriptEnabled: false });
  await page.goto(world.facts.portal);
  assert.equal(new URL(page.url()).pathname, '/setup');
  await page.getByText('edge-agent setup-token').waitFor();
  await screenshot(page, '1-new-agent');
  await page.getByLabel('Setup token').fill('wrong');
  await page.getByLabel('User name').fill(world.facts.username);
  await page.getByLabel('Password').fill(world.facts.password);
  await page.getByRole('button', { name: 'Set up', exact: true }).click();
  await page.getByRole('alert').filter({ hasText: /token/i }).waitFor();
  assert.equal(await page.getByLabel('User name').inputValue(), world.facts.username, 'what was typed is kept');
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

test('a sign-in without scripts leads to a page that says what is missing', async () => {
  const page = await newPerson(browser, { javaScriptEnabled: false });
  await page.goto(new URL('/m/rooms', world.facts.portal).href);
  await page.getByLabel('User name').fill(world.facts.username);
  await page.getByLabel('Password').fill('not the password');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('alert').filter({ hasText: /password is wrong/ }).waitFor();
  await page.getByLabel('Password').fill(world.facts.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { name: 'These pages could not load' }).waitFor();
  assert.equal(new URL(page.url()).pathname, '/m/rooms');
  await screenshot(page, '9-could-not-load');
  await page.context().close();
});

test('a session that ends under a half-typed form is begun again beside it, and nothing typed is lost', async () => {
  const page = await newPerson(browser);
  await page.goto(new URL('/m/hubs', world.facts.portal).href);
  await signIn(page, world.facts);
  await page.getByLabel('Pairing code').fill('HALF-TYPED');
  await page.context().clearCookies();
  await page.getByRole('button', { name: 'Pair', exact: true }).click();
  const ended = page.getByRole('dialog', { name: 'Your session has ended' });
  const [beside] = await Promise.all([
    page.waitForEvent('popup'),
    ended.getByRole('link', { name: 'Sign in' }).click(),
  ]);
  await screenshot(page, '10-session-ended');
  await beside.getByLabel('User name').fill(world.facts.username);
  await beside.getByLabel('Password').fill(world.facts.password);
  await beside.getByRole('button', { name: 'Sign in', exact: true }).click();
  await beside.getByRole('heading', { name: 'You are signed in' }).waitFor();
  await beside.close();
  await ended.getByRole('button', { name: 'I have signed in' }).click();
  await ended.waitFor({ state: 'hidden' });
  assert.equal(await page.getByLabel('Pairing code').inputValue(), 'HALF-TYPED');
  await page.context().close();
});
