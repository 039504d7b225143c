// Takes the README's pictures of a running system with a real day's programme: the wall, and a sign of each size.

import { mkdir, writeFile } from 'node:fs/promises';

import { launch, newPerson } from './chromium.mjs';
import { settledPicture, signIn } from './steps.mjs';
import { World } from './world.mjs';

const FOLDER = 'infra/book/img';
const PANELS = ['800x480', '400x300', '296x128', '800x480', '400x300', '800x480'];

const world = await World.start('--fosdem', '--ready', ...PANELS.flatMap((panel) => ['--panel', panel]));
const browser = await launch(world.facts);
try {
  const page = await newPerson(browser, { viewport: { width: 1480, height: 940 } });
  await page.goto(world.facts.portal);
  await signIn(page, world.facts);
  const signs = page.getByRole('article');
  await signs.nth(PANELS.length - 1).waitFor();
  const bySize = new Map();
  for (const sign of await signs.all()) {
    const { width, height, png } = await settledPicture(sign.locator('img'), 500);
    bySize.set(`${width}x${height}`, png);
  }
  await mkdir(FOLDER, { recursive: true });
  await page.screenshot({ path: `${FOLDER}/wall.png`, animations: 'disabled' });
  for (const [size, png] of bySize) await writeFile(`${FOLDER}/sign-${size}.png`, Buffer.from(png, 'base64'));
} finally {
  await browser.close();
  await world.stop();
}
