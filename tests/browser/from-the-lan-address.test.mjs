// The same portal by its LAN address, and a sign-in with Google that somebody else tries to finish.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, newPerson } from './chromium.mjs';
import { allow, claim, enrol, part, saveGoogleApp, screenshot, signIn, startConnecting } from './steps.mjs';
import { World } from './world.mjs';

let world;
let browser;
let admin;

before(async () => {
  world = await World.start();
  browser = await launch(world.facts);
  admin = await newPerson(browser);
  await claim(admin, world.facts.portal_lan, world.facts);
  await enrol(admin, world.facts);
});

after(async () => {
  await browser?.close();
  await world?.stop();
});

/** Drops a file on the page as a mouse would. */
async function drop(page, target, name, text) {
  const data = await page.evaluateHandle(
    ([name, text]) => {
      const data = new DataTransfer();
      data.items.add(new File([text], name, { type: 'application/json' }));
      return data;
    },
    [name, text],
  );
  for (const type of ['dragenter', 'dragover', 'drop']) await target.dispatchEvent(type, { dataTransfer: data });
}

function clientSecretFile(facts, redirect) {
  return JSON.stringify({
    web: {
      client_id: facts.client_id,
      project_id: 'placard-test',
      client_secret: facts.client_secret,
      auth_uri: 'https://accounts.google.com/o/oauth2/auth',
      token_uri: 'https://oauth2.googleapis.com/token',
      redirect_uris: [redirect],
      javascript_origins: [new URL(redirect).origin],
    },
  });
}

test('a file that is no client_secret.json is refused in words, and saves nothing', async () => {
  await admin.goto(new URL('/settings/integration', world.facts.portal_lan).href);
  const app = part(admin, 'Google App');
  await app.getByRole('button', { name: 'Edit' }).click();
  await drop(admin, app.getByText('Drop client_secret.json here', { exact: false }), 'client_secret.json', '{"web": 7');
  await app.getByRole('alert').first().waitFor();
  assert.equal(await app.getByLabel('Client Id').inputValue(), '');
  await screenshot(admin, '11-malformed-file');
});

test('a file without the right redirect URI warns before anything is saved', async () => {
  await admin.reload();
  const app = part(admin, 'Google App');
  await app.getByRole('button', { name: 'Edit' }).click();
  const file = clientSecretFile(world.facts, 'https://elsewhere.example.org/callback');
  await drop(admin, app.getByText('Drop client_secret.json here', { exact: false }), 'client_secret.json', file);
  await app.getByText('This file will not work as it is.').waitFor();
  await screenshot(admin, '12-wrong-redirect');
});

test('client_secret.json fills the form, and Connect comes back to the LAN address', async () => {
  const { facts } = world;
  await admin.reload();
  const redirect = await admin.locator('code').filter({ hasText: '/oauth/google/callback' }).first().innerText();
  await saveGoogleApp(admin, async (app) => {
    const place = app.getByText('Drop client_secret.json here', { exact: false });
    await drop(admin, place, 'client_secret.json', clientSecretFile(facts, redirect));
    await app.getByText('The file fits.').waitFor();
    assert.equal(await app.getByLabel('Client Id').inputValue(), facts.client_id);
  });
  await startConnecting(admin, facts);
  const consent = admin.url();

  // Somebody with the link, even another admin, is not the one who pressed Connect.
  const other = await newPerson(browser);
  await other.goto(facts.portal_lan);
  await signIn(other, facts);
  await other.goto(consent);
  await allow(other);
  await other.waitForURL((url) => url.origin === facts.portal_lan);
  const refusal = other.getByRole('alert').filter({ hasText: 'Google is not connected.' });
  await refusal.waitFor();
  console.log(`refused with: ${(await refusal.innerText()).replaceAll('\n', ' ')}`);
  await screenshot(other, '13-callback-in-another-browser');
  await part(other, 'Google Workspace').getByText('No account is connected yet.').waitFor();
  await other.context().close();

  await admin.goto(new URL('/settings/integration', facts.portal_lan).href);
  await startConnecting(admin, facts);
  await allow(admin);
  await admin.waitForURL((url) => url.origin === facts.portal_lan);
  await part(admin, 'Google Workspace').getByText('Connected', { exact: true }).waitFor();
  await screenshot(admin, '14-connected-from-the-lan-address');
  assert.deepEqual(admin.failures, []);
});
