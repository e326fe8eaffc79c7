// Bookings as people live them: a resident books by the keyboard and without scripts, moves and cancels; the unit sees it
// in its day, and an absence puts whoever is left on the work list. LUOTSI_URL is the address of a demo county.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const url = process.env.LUOTSI_URL ?? 'http://127.0.0.1:8080';
const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

let browser;
before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
});
after(() => browser?.close());

async function person(role, options = {}) {
  const context = await browser.newContext({ locale: 'fi-FI', viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  await page.goto(`${url}/sign-in?lang=fi`);
  await page.locator(`form:has(input[value="${role}"]) button`).click();
  await page.waitForURL((at) => !at.pathname.startsWith('/sign-in'));
  return page;
}

// The page that is open, in three languages, for a phone and for a desk: axe finds nothing, and nothing is wider than it.
async function sound(page) {
  const runOnly = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const at = new URL(page.url());
  for (const language of ['sv', 'en', 'fi']) {
    at.searchParams.set('lang', language);
    await page.goto(at.href);
    await page.evaluate(axe);
    for (const width of [320, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      const found = await page.evaluate((runOnly) => window.axe.run(document, { runOnly }), runOnly);
      const all = found.violations.map((it) => `${it.id}: ${it.nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`);
      assert.deepEqual(all, [], `${at} ${width}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(wide <= 0, `${at} is ${wide} px wider than the window`);
    }
  }
}

test('a resident books without scripts, moves and cancels', async () => {
  const page = await person('resident', { javaScriptEnabled: false });
  await page.goto(`${url}/book?lang=fi`);
  await page.locator('a[href^="/book/physiotherapist-direct"]').click();
  // A server that has just begun gives its times within the first seconds.
  for (let tries = 0; tries < 60 && (await page.locator('.times__one').count()) === 0; tries += 1) {
    await page.waitForTimeout(1000);
    await page.reload();
  }
  await page.locator('.times__one').first().click();
  await page.fill('#text', 'Pääsen paikalle vain pyörätuolilla.');
  await page.locator('#book').click();
  assert.match(page.url(), /\/matters\/[0-9a-f-]+\?did=booked/);
  assert.ok(await page.getByText('Aika on varattu.').isVisible());
  const first = await page.locator('dl.facts dd').first().textContent();
  await page.getByRole('button', { name: 'Siirrä aika' }).click();
  await page.locator('.times__one').nth(3).click();
  await page.locator('#book').click();
  assert.match(page.url(), /did=moved/);
  assert.notEqual(await page.locator('dl.facts dd').first().textContent(), first);
  await page.locator('details.fold:has(#reason) summary').click();
  await page.locator('#reason').selectOption('ill');
  await page.getByRole('button', { name: 'Peru tämä aika' }).click();
  assert.ok(await page.getByText('Aika on peruttu.').isVisible());
  await page.getByRole('link', { name: 'Varaa uusi aika' }).click();
  assert.match(page.url(), /\/book\/physiotherapist-direct/);
  await page.context().close();
});

test('every page of bookings is sound, and an absence puts whoever is left on the work list', async () => {
  const resident = await person('resident');
  for (const path of ['/book', '/book/physiotherapist-direct', '/book/physiotherapist-direct?wrong=taken', '/matters']) {
    await resident.goto(`${url}${path}`);
    await sound(resident);
  }
  // By the keyboard alone.
  await resident.locator('.times__one').first().waitFor({ state: 'detached' });
  await resident.goto(`${url}/book/physiotherapist-direct?lang=fi`);
  await resident.locator('.times__one').first().focus();
  await resident.keyboard.press('Enter');
  await resident.waitForURL('**/book/physiotherapist-direct/**');
  await sound(resident);
  await resident.locator('#book').focus();
  await resident.keyboard.press('Enter');
  await resident.waitForURL('**/matters/**');
  await sound(resident);
  const id = new URL(resident.url()).pathname.split('/').pop();
  const [, day, month, year] = (await resident.locator('dl.facts dd').first().textContent()).match(/(\d+)\.(\d+)\.(\d+)/);
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;

  const lead = await person('lead');
  await lead.goto(`${url}/desk/calendar?unit=physio&date=${date}&lang=fi`);
  await sound(lead);
  await lead.locator(`section.day__one:has(a[href$="${id}"]) h2 a`).click();
  await sound(lead);
  await lead.locator('details.fold summary').click();
  await lead.locator('#what').selectOption('training');
  await lead.locator('#leave button').click();
  await lead.waitForURL('**did=away');
  assert.ok(await lead.locator(`a[href$="/desk/appointments/${id}"]`).first().isVisible());
  await sound(lead);
  const left = new URL(lead.url()).pathname;
  await lead.goto(`${url}/desk?unit=physio&lang=fi`);
  assert.ok(await lead.locator(`a.work__link[href="${left}"]`).isVisible(), 'the day stands on the work list');
  await sound(lead);
  await lead.locator(`a.work__link[href="${left}"]`).click();
  // A colleague who is free then takes it.
  const other = lead.locator(`#other-${id}`);
  await other.selectOption({ index: 1 });
  await lead.locator(`form:has(#other-${id}) button`).click();
  await lead.waitForURL('**did=given');
  await lead.goto(`${url}/desk/appointments/${id}?lang=fi`);
  await sound(lead);
  assert.ok(await lead.getByText('Sijainen järjestetty').isVisible());
  await lead.goto(`${url}/desk/tasks/new?lang=fi`);
  await sound(lead);
  await Promise.all([resident, lead].map((page) => page.context().close()));
});
