// The same portal by its LAN address, and a sign-in with Google that somebody else tries to finish.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, newPerson } from './chromium.mjs';
import {
  allow, card, claim, connected, enrol, redirectUri, saveGoogleApp, screenshot, signIn, startConnecting,
} from './steps.mjs';
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

/** Settings > Integration > Google App > Edit, and a file dropped there. */
async function dropAppFile(text) {
  await admin.goto(new URL('/settings/integration', world.facts.portal_lan).href);
  const app = card(admin, 'Google App');
  await app.getByRole('button', { name: 'Edit' }).click();
  await drop(admin, app.getByText('Drop client_secret.json here'), 'client_secret.json', text);
  return app;
}

test('a file that is no client_secret.json is refused in words, and fills nothing in', async () => {
  const app = await dropAppFile('{"web": 7');
  const refusal = app.getByRole('alert');
  await refusal.waitFor();
  assert.match(await refusal.innerText(), /client_secret\.json|JSON/);
  assert.equal(await app.getByLabel('Client Id').inputValue(), '');
  await screenshot(admin, '11-malformed-file');
});

test('a file without the right redirect URI warns before anything is saved', async () => {
  const app = await dropAppFile(clientSecretFile(world.facts, 'https://elsewhere.example.org/callback'));
  await app.getByText('This file will not work as it is.').waitFor();
  await screenshot(admin, '12-wrong-redirect');
});

test('client_secret.json fills the form, and Connect comes back to the LAN address, to nobody else', async () => {
  const { facts } = world;
  const integration = new URL('/settings/integration', facts.portal_lan).href;
  await admin.goto(integration);
  const redirect = await redirectUri(admin);
  await world.registerRedirect(redirect);
  await saveGoogleApp(admin, async (app) => {
    await drop(admin, app.getByText('Drop client_secret.json here'), 'client_secret.json', clientSecretFile(facts, redirect));
    await app.getByText('The file fits.').waitFor();
    assert.equal(await app.getByLabel('Client Id').inputValue(), facts.client_id);
  });
  await startConnecting(admin, facts);
  const consent = admin.url();

  // Somebody with the link, even an admin, is not the one who pressed Connect.
  const other = await newPerson(browser);
  await other.goto(facts.portal_lan);
  await signIn(other, facts);
  await other.goto(consent);
  await allow(other);
  await other.waitForURL((url) => url.origin === new URL(facts.portal_lan).origin);
  const refusal = other.getByRole('alert');
  await refusal.waitFor();
  const words = (await refusal.innerText()).replaceAll('\n', ' ');
  console.log(`another browser's callback is refused with: ${words}`);
  assert.match(words, /browser/i);
  await screenshot(other, '13-callback-in-another-browser');
  await card(other, 'Google Workspace').getByText('No account is connected yet.').waitFor();
  await other.context().close();

  await admin.goto(integration);
  await startConnecting(admin, facts);
  await allow(admin);
  await connected(admin, facts.portal_lan);
  await screenshot(admin, '14-connected-from-the-lan-address');
  assert.deepEqual(admin.failures, []);
});
