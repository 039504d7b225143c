// What an admin does, by the labels that stand on the page.

import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';

/** Where a person finds the screenshots. */
const SCREENSHOTS = 'out/browser';

/** How long a change may take from the calendar to the picture on the page, in milliseconds. */
const CHANGE_WITHIN = 20_000;

export async function screenshot(page, name) {
  await mkdir(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: `${SCREENSHOTS}/${name}.png`, fullPage: true, animations: 'disabled' });
}

/** Claims a new agent; ends signed in. */
export async function claim(page, origin, facts) {
  await page.goto(origin);
  await page.getByLabel('Setup token').fill(facts.setup_token);
  await page.getByLabel('User name').fill(facts.username);
  await page.getByLabel('Password').fill(facts.password);
  await page.getByRole('button', { name: 'Set up', exact: true }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}

export async function signOut(page) {
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
}

export async function signIn(page, facts) {
  await page.getByLabel('User name').fill(facts.username);
  await page.getByLabel('Password').fill(facts.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}

/** Goes to a page of the left navigation. */
export async function open(page, name) {
  await page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
}

/** Settings > Relay > Enrol. */
export async function enrol(page, facts) {
  await open(page, 'Relay');
  await page.getByLabel('Relay address').fill(facts.relay);
  await page.getByLabel('Invite').fill(facts.invite);
  await page.getByRole('button', { name: 'Enrol', exact: true }).click();
  await page.getByText('Redirect URI', { exact: true }).waitFor();
}

/** The card of a page under the heading `name`. */
export function card(page, name) {
  return page.locator('section').filter({ has: page.getByRole('heading', { name, exact: true }) });
}

/** The redirect URI that the page tells the admin to enter in Google's console. */
export async function redirectUri(page) {
  await open(page, 'Integration');
  return (await page.locator('code').filter({ hasText: '/oauth/google/callback' }).first().textContent()).trim();
}

/** Settings > Integration > Google App > Edit, with `fill` to put the client's id and secret there, > Save. */
export async function saveGoogleApp(page, fill) {
  await open(page, 'Integration');
  const app = card(page, 'Google App');
  await app.getByRole('button', { name: 'Edit' }).click();
  await fill(app);
  await app.getByRole('button', { name: 'Save' }).click();
  await app.getByText('Saved.', { exact: true }).waitFor();
}

/** Google Workspace > Connect; ends on Google's consent page. */
export async function startConnecting(page, facts) {
  await card(page, 'Google Workspace').getByRole('button', { name: 'Connect', exact: true }).click();
  await page.waitForURL((url) => url.origin === new URL(facts.standin).origin);
}

/** Waits, back at the portal, until the account is there. */
export async function connected(page, origin) {
  await page.waitForURL((url) => url.origin === new URL(origin).origin);
  await card(page, 'Google Workspace').getByText('Connected', { exact: true }).waitFor();
}

/** Allows all that is asked for on Google's consent page. */
export async function allow(page) {
  await page.getByRole('button', { name: 'Allow' }).click();
}

/** Hubs > Pair. */
export async function pairHub(page, code) {
  await open(page, 'Hubs');
  await page.getByLabel('Pairing code').fill(code);
  await page.getByRole('button', { name: 'Pair', exact: true }).click();
  await page.getByText('Connected', { exact: true }).first().waitFor();
}

/** Signs > the card of the display called `key` > Room > Link. */
export async function linkDisplay(page, key, room) {
  await open(page, 'Signs');
  const unlinked = sign(page, key);
  await unlinked.getByRole('combobox', { name: 'Room' }).fill(room);
  await unlinked.getByRole('option', { name: room }).click();
  await unlinked.getByRole('button', { name: 'Link', exact: true }).click();
  await sign(page, room).waitFor();
}

/** A sign on the wall, by its room, or by its name on the hub while it has none. */
export function sign(page, name) {
  return page.getByRole('article', { name, exact: true });
}

/** The picture of a sign as the page shows it: its size, its bytes (base64) and their hash. */
export function picture(image) {
  return image
    .evaluate(async (element) => {
      const answer = await fetch(element.currentSrc);
      const bytes = new Uint8Array(await answer.arrayBuffer());
      let text = '';
      for (const byte of bytes) text += String.fromCharCode(byte);
      return { width: element.naturalWidth, height: element.naturalHeight, png: btoa(text) };
    })
    .then((found) => ({ ...found, hash: createHash('sha256').update(found.png).digest('hex') }));
}

/** Waits until `wanted` says yes to the picture, and returns it. */
export async function pictureThat(image, what, wanted) {
  const deadline = Date.now() + CHANGE_WITHIN;
  for (;;) {
    const now = await picture(image);
    if (now.width > 0 && (await wanted(now))) return now;
    if (Date.now() > deadline) throw new Error(`after ${CHANGE_WITHIN} ms the picture was not ${what}, but ${now.hash}`);
    await new Promise((resume) => setTimeout(resume, 50));
  }
}

/** Waits until the picture stays the same for `quiet` milliseconds, and returns it. */
export async function settledPicture(image, quiet = 1_500) {
  let last;
  let since = Date.now();
  return pictureThat(image, 'at rest', ({ hash }) => {
    if (hash !== last) [last, since] = [hash, Date.now()];
    return Date.now() - since >= quiet;
  });
}
