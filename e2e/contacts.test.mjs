// A contact as its people live it: a resident writes, a nurse claims and asks, the server is killed, the resident comes
// back with the code and answers, the nurse answers and hands over, another unit resolves. LUOTSI_BIN is the program.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const binary = process.env.LUOTSI_BIN ?? fileURLToPath(new URL('../target/debug/luotsi', import.meta.url));
const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];
const data = fs.mkdtempSync(path.join(os.tmpdir(), 'luotsi-contacts-'));

let browser;
let server;
let port;
let url;

async function free() {
  const socket = net.createServer().listen(0, '127.0.0.1');
  await new Promise((done) => socket.once('listening', done));
  const { port } = socket.address();
  await new Promise((done) => socket.close(done));
  return port;
}

async function start() {
  const arguments_ = ['demo', '--residents', '1000', '--data', path.join(data, 'county'), '--listen', `127.0.0.1:${port}`];
  server = spawn(binary, arguments_, { stdio: ['ignore', 'ignore', 'pipe'] });
  await new Promise((done, failed) => {
    let said = '';
    server.stderr.on('data', (text) => { said += text; if (said.includes('serving on')) done(); });
    server.once('exit', () => failed(new Error(`the server ended: ${said}`)));
  });
}

async function kill() {
  const gone = new Promise((done) => server.once('exit', done));
  server.kill('SIGKILL');
  await gone;
}

before(async () => {
  port = await free();
  url = `http://127.0.0.1:${port}`;
  await start();
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
});

after(async () => {
  await browser?.close();
  await kill();
  fs.rmSync(data, { recursive: true, force: true });
});

async function person(options = {}) {
  const context = await browser.newContext({ locale: 'fi-FI', viewport: { width: 1100, height: 900 }, ...options });
  return context.newPage();
}

async function signIn(page, role, at) {
  await page.goto(`${url}/sign-in`);
  await page.locator(`form:has(input[value="${role}"]) button`).click();
  await page.waitForURL(at);
}

async function clean(page) {
  await page.evaluate(axe);
  const runOnly = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const found = await page.evaluate((runOnly) => window.axe.run(document, { runOnly }), runOnly);
  assert.deepEqual(found.violations.map((it) => `${it.id}: ${it.nodes[0].html.slice(0, 120)}`), []);
  // The same without the page's own script; axe itself needs one.
  const bare = await page.context().newPage();
  await bare.route('**/assets/*.js', (route) => route.fulfill({ contentType: 'text/javascript', body: '' }));
  await bare.goto(page.url());
  await bare.evaluate(axe);
  const without = await bare.evaluate((runOnly) => window.axe.run(document, { runOnly }), runOnly);
  assert.deepEqual(without.violations.map((it) => `${it.id}: ${it.nodes[0].html.slice(0, 120)}`), []);
  await bare.close();
}

// Each line is a paragraph of its own.
const messages = async (page) =>
  (await page.locator('#messages .message__text').allInnerTexts()).map((text) => text.replaceAll('\n\n', '\n'));

test('a contact lives through a server that is killed', async () => {
  const resident = await person();
  await resident.goto(`${url}/contact/new`);
  await clean(resident);
  await resident.check('#service-0');
  await resident.fill('#text', 'Olkapääni on kipeä.\n<b>Voinko</b> saada ajan?');
  await resident.getByRole('button', { name: 'Lähetä viesti' }).click();
  await resident.waitForURL(/contact\/thread\?id=/);
  await clean(resident);
  const code = (await resident.locator('.code').innerText()).trim().replaceAll(/\s+/g, ' ');
  const receipt = (await resident.locator('.receipt strong').innerText()).trim();
  assert.match(code, /^([0-9A-HJKMNP-TV-Z]{4} ?){4}$/);

  const nurse = await person();
  await signIn(nurse, 'professional', '**/desk');
  await clean(nurse);
  await nurse.goto(`${url}/desk?order=newest`);
  await nurse.locator(`.work__row:has-text("${receipt}") button`).click();
  await nurse.waitForURL('**/desk/contacts/**');
  await nurse.fill('#text', 'Kumpi olkapää?');
  await nurse.getByRole('button', { name: 'Lähetä kysymys' }).click();
  await nurse.locator('text=Odottaa asiakkaan vastausta').first().waitFor();
  await clean(nurse);
  await resident.getByText('Kumpi olkapää?').waitFor({ timeout: 10000 });

  await kill();
  await start();

  // On another device, without JavaScript, with the code as somebody writes it down.
  const elsewhere = await person({ javaScriptEnabled: false });
  await elsewhere.goto(`${url}/contact/return`);
  await elsewhere.fill('#code', code.toLowerCase());
  await elsewhere.locator('form.letter button:not([name]):not([formaction])').click();
  await elsewhere.waitForURL(/contact\/thread\?id=/);
  assert.deepEqual(await messages(elsewhere), ['Olkapääni on kipeä.\n<b>Voinko</b> saada ajan?', 'Kumpi olkapää?']);
  await elsewhere.fill('#text', 'Oikea.');
  await elsewhere.locator('form.letter button:not([name]):not([formaction])').click();
  await elsewhere.waitForURL(/contact\/thread\?id=/);
  assert.equal((await messages(elsewhere)).length, 3);
  assert.equal(await elsewhere.locator('.code').count(), 0, 'who comes back is not shown the code');

  await signIn(nurse, 'professional', '**/desk');
  await nurse.goto(`${url}/desk?view=mine`);
  await nurse.locator(`.work__row:has-text("${receipt}") a`).click();
  await nurse.fill('#text', 'Siirrän asian fysioterapiaan.');
  // A stale tab does not answer over a message that it has not shown.
  await elsewhere.fill('#text', 'Kipu alkoi eilen.');
  await elsewhere.locator('form.letter button:not([name]):not([formaction])').click();
  await nurse.getByText('Kipu alkoi eilen.').waitFor({ timeout: 10000 });
  assert.equal(await nurse.inputValue('#text'), 'Siirrän asian fysioterapiaan.', 'what is being written stays');
  await nurse.getByRole('button', { name: 'Lähetä nimettömälle asiakkaalle', exact: true }).click();
  await nurse.locator('#messages').getByText('Siirrän asian').waitFor();
  await nurse.locator('summary', { hasText: 'Siirrä toiseen' }).click();
  await nurse.selectOption('#unit', 'physio');
  await nurse.selectOption('#reason', 'needs_expertise');
  await nurse.fill('#note', 'Olkapää, oikea, alkoi eilen.');
  await nurse.getByRole('button', { name: 'Siirrä toiseen' }).click();
  await nurse.waitForURL('**/desk?**');

  const lead = await person();
  await signIn(lead, 'lead', '**/desk');
  await lead.goto(`${url}/desk?unit=physio`);
  assert.match(await lead.locator(`.work__row:has-text("${receipt}")`).innerText(), /Olkapää, oikea, alkoi eilen/, 'the note is in sight');
  await lead.locator(`.work__row:has-text("${receipt}") button`).click();
  await lead.waitForURL('**/desk/contacts/**');
  await lead.locator('.handed').getByText('Olkapää, oikea, alkoi eilen.').waitFor();
  await clean(lead);
  await lead.selectOption('#outcome', 'booked');
  await lead.getByRole('button', { name: 'Merkitse valmiiksi vastaamatta' }).click();
  await lead.waitForURL('**/desk?**');

  await elsewhere.goto(`${url}/contact/thread`);
  assert.match(await elsewhere.locator('#state .standing').innerText(), /vastattu/);
  assert.equal(await elsewhere.getByText('Olkapää, oikea, alkoi eilen.').count(), 0, 'the note is for colleagues');
  await elsewhere.getByRole('link', { name: 'Sulje viesti' }).click();
  assert.match(await elsewhere.locator('h1').innerText(), /Onko koodi tallessa/);
  await elsewhere.getByRole('button', { name: 'Sulje viesti' }).click();
  assert.match(await elsewhere.locator('.receipt').innerText(), /Asiaasi hoidetaan edelleen/);
  await elsewhere.goto(`${url}/contact/thread`);
  assert.match(elsewhere.url(), /return/, 'nothing stays on the device');
});

test('a form that was sent twice is one message, and what cannot be sent is not lost', async () => {
  const resident = await person({ javaScriptEnabled: false });
  await resident.goto(`${url}/contact/new`);
  await resident.locator('form.letter button:not([name]):not([formaction])').click();
  assert.match(await resident.locator('.errors').innerText(), /Valitse, mitä asia koskee[^]*Kirjoita ensin/);
  await resident.check('#service-0');
  await resident.fill('#text', 'Kaksi kertaa');
  const form = await resident.evaluate(() => Object.fromEntries(new FormData(document.querySelector('form.letter'))));
  const again = () => resident.request.post(`${url}/contact`, { form: { ...form, text: 'Kaksi kertaa' }, maxRedirects: 0 });
  const codes = [];
  for (const response of [await again(), await again()]) {
    assert.equal(response.status(), 303);
    codes.push(response.headers()['set-cookie'].match(/contact=(\w+)/)[1]);
  }
  assert.equal(codes[0], codes[1]);
  await resident.goto(`${url}/contact/return`);
  await resident.fill('#code', '0000 0000 0000 0000');
  await resident.locator('form.letter button:not([name]):not([formaction])').click();
  assert.match(await resident.locator('.errors').innerText(), /Koodilla ei löydy/);
});
