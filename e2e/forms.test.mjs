// No text that somebody types is lost: by a lost connection, another language, a page that is gone back to, or a text
// that is too long; and where it must not stay, it does not. LUOTSI_URL is a demo that serves.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';

const url = process.env.LUOTSI_URL ?? 'http://127.0.0.1:8080';
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

let browser;

before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
});

after(async () => { await browser?.close(); });

async function form(options = {}) {
  const context = await browser.newContext({ locale: 'fi-FI', viewport: { width: 390, height: 844 }, ...options });
  const page = await context.newPage();
  await page.goto(`${url}/contact/new`);
  return page;
}

const send = (page) => page.locator('#letter button[type=submit]').click();
const kept = (page) => page.evaluate(() => Object.keys(sessionStorage).length);

test('without a connection a message waits for one and is sent once', async () => {
  const page = await form();
  await page.check('#service-1');
  await page.fill('#text', 'Lapsella on kuumetta.');
  await page.context().setOffline(true);
  await send(page);
  await page.getByText('Verkkoyhteyttä ei ole').waitFor();
  assert.equal(await page.inputValue('#text'), 'Lapsella on kuumetta.');
  await page.context().setOffline(false);
  await page.waitForURL(/contact\/thread\?id=/);
  assert.equal(await page.locator('#messages .message').count(), 1);
  assert.equal(await kept(page), 0, 'what has arrived is forgotten');
});

test('a connection that breaks while sending loses nothing and doubles nothing', async () => {
  const page = await form();
  await page.check('#service-1');
  await page.fill('#text', 'Tämä lähtee kahdesti, mutta on yksi viesti.');
  // The server hears it, the answer never comes.
  await page.route('**/contact', async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    await route.fetch({ maxRedirects: 0 });
    return route.abort();
  });
  await send(page);
  await page.waitForURL(/chrome-error|contact/);
  await page.unroute('**/contact');
  await page.goto(`${url}/contact/new`);
  await page.waitForFunction(() => document.querySelector('#text')?.value.startsWith('Tämä lähtee'));
  assert.ok(await page.isChecked('#service-1'));
  await send(page);
  await page.waitForURL(/contact\/thread\?id=/);
  const threads = new Set([page.url()]);
  await page.goto(`${url}/contact/new`);
  for (const link of await page.locator('a[href*="/contact/thread?id="]').all()) threads.add(new URL(await link.getAttribute('href'), url).href);
  assert.equal(threads.size, 1, 'it is one matter');
});

for (const javaScriptEnabled of [true, false]) {
  test(`another language keeps what is typed, script: ${javaScriptEnabled}`, async () => {
    const page = await form({ javaScriptEnabled });
    await page.check('#service-1');
    await page.fill('#text', 'Halvfärdig text');
    // On a phone the languages stand in the menu.
    await page.locator('.menu summary').click();
    await page.locator('.menu').getByRole('button', { name: 'Svenska' }).click();
    await page.getByRole('heading', { name: 'Ta kontakt' }).waitFor();
    assert.equal(await page.inputValue('#text'), 'Halvfärdig text');
    assert.ok(await page.isChecked('#service-1'));
  });
}

test('a look elsewhere and back keeps what is typed', async () => {
  const page = await form();
  await page.fill('#text', 'Kesken jäänyt');
  await page.goto(`${url}/sign-in`);
  await page.goto(`${url}/contact/new`);
  assert.equal(await page.inputValue('#text'), 'Kesken jäänyt');
});

test('what was sent or closed does not stand in the form when somebody goes back', async () => {
  const page = await form();
  await page.check('#service-1');
  await page.fill('#text', 'Salainen asia');
  await send(page);
  await page.waitForURL(/contact\/thread\?id=/);
  await page.goBack();
  await page.waitForURL(/contact\/new$/);
  assert.equal(await page.inputValue('#text'), '');
  await page.goForward();
  await page.getByRole('link', { name: 'Sulje viesti' }).click();
  await page.getByRole('button', { name: 'Sulje viesti' }).click();
  await page.waitForURL(/return/);
  for (let steps = 0; steps < 4; steps += 1) {
    await page.goBack();
    assert.ok(!(await page.content()).includes('Salainen asia'), page.url());
    const boxes = await page.locator('textarea').evaluateAll((all) => all.map((box) => box.value));
    assert.ok(boxes.every((text) => text === ''), page.url());
  }
});

test('a long text is whole, counted, and sent when it has been shortened', async () => {
  const page = await form();
  await page.check('#service-1');
  const long = 'a'.repeat(10_250) + ' Milloin saan ajan?';
  await page.locator('#text').fill(long);
  assert.match(await page.locator('#text-count').innerText(), /269 merkkiä liikaa/);
  await send(page);
  await page.locator('#wrong').waitFor();
  assert.equal(await page.inputValue('#text'), long);
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'wrong', 'the reader begins at what is wrong');
  assert.match(await page.title(), /^Virhe: /);
  await page.locator('#wrong a').click();
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'text');
  await page.fill('#text', long.slice(300));
  await send(page);
  await page.waitForURL(/contact\/thread\?id=/);
});

test('numbers can be called, and the code taken along', async () => {
  const page = await form();
  assert.equal(await page.locator('.urgent a[href="tel:112"]').count(), 1);
  assert.equal(await page.locator('.urgent a[href="tel:116117"]').count(), 1);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.check('#service-1');
  await page.fill('#text', 'Koodi talteen');
  await send(page);
  await page.getByRole('button', { name: 'Kopioi koodi' }).click();
  await page.getByText('Koodi on kopioitu').waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied.replaceAll(/\s/g, ''), /^[0-9A-Z]{16}$/);
});
