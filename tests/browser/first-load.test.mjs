// What a browser that has never been here downloads before a page stands.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, newPerson, wireBytes } from './chromium.mjs';
import { signIn } from './steps.mjs';
import { World } from './world.mjs';

/** More than this on the wire, in bytes, fails: somebody on a slow link waits for it. */
const LIMIT = 350 * 1024;

/** Pages that people come to first, and what they shall take on the wire at most, in bytes. */
const PAGES = [
  ['/m', 'Signs', 260 * 1024],
  ['/m/rooms', 'Rooms', 260 * 1024],
  ['/settings/integration', 'Integration', 300 * 1024],
  ['/settings/security', 'Security', 300 * 1024],
  ['/m/layouts', 'Layouts', 300 * 1024],
];

let world;
let browser;
let state;

before(async () => {
  world = await World.start('--ready');
  browser = await launch(world.facts);
  const admin = await newPerson(browser);
  await admin.goto(world.facts.portal);
  await signIn(admin, world.facts);
  state = await admin.context().storageState();
  await admin.context().close();
});

after(async () => {
  await browser?.close();
  await world?.stop();
});

for (const [path, heading, goal] of PAGES) {
  test(`a first load of ${path} is small`, async () => {
    const page = await newPerson(browser, { storageState: state });
    const bytes = await wireBytes(page, async () => {
      await page.goto(new URL(path, world.facts.portal).href);
      await page.getByRole('heading', { level: 1, name: heading }).waitFor();
    });
    console.log(`first load of ${path} on the wire: ${(bytes / 1024).toFixed(1)} KB (goal ${goal / 1024} KB)`);
    assert.ok(bytes > 100 * 1024, `only ${bytes} bytes were counted; was anything loaded?`);
    assert.ok(bytes <= LIMIT, `a first load takes ${bytes} bytes on the wire`);
    assert.deepEqual(page.failures, []);
    await page.context().close();
  });
}

test('a link from signs to settings and back loads the other half, and history goes through both', async () => {
  const page = await newPerson(browser, { storageState: state });
  const heading = (name) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  const link = (name) => page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
  await page.goto(world.facts.portal);
  await heading('Signs');
  await link('Rooms');
  await heading('Rooms');
  await link('Security');
  await heading('Security');
  assert.equal(new URL(page.url()).pathname, '/settings/security');
  await link('Relay');
  await heading('Relay');
  await link('Hubs');
  await heading('Hubs');
  for (const name of ['Relay', 'Security', 'Rooms', 'Signs']) {
    await page.goBack();
    await heading(name);
  }
  await page.goForward();
  await heading('Rooms');
  assert.deepEqual(page.failures, []);
  await page.context().close();
});
