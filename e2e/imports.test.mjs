// A file from another system as an administrator brings it: tried, its table guessed, its first rows and what is refused
// seen before anything is stored, then taken in. A county of its own serves: among invented people nothing is stored.
// LUOTSI_BIN is the program.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
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
const data = fs.mkdtempSync(path.join(os.tmpdir(), 'luotsi-imports-'));
const languages = ['fi', 'sv', 'en'];

let browser;
let server;
let url;
let token;

before(async () => {
  token = execFileSync(binary, ['token', '--data', data, '--role', 'admin', '--unit', 'county'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  server = spawn(binary, ['serve', '--data', data, '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'ignore', 'pipe'] });
  url = await new Promise((done, failed) => {
    let said = '';
    server.stderr.on('data', (text) => {
      said += text;
      const at = said.match(/serving on (\S+)\n/);
      if (at) done(at[1]);
    });
    server.once('exit', () => failed(new Error(`the server ended: ${said}`)));
  });
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
});

after(async () => {
  await browser?.close();
  const gone = new Promise((done) => server.once('exit', done));
  server.kill('SIGKILL');
  await gone;
  fs.rmSync(data, { recursive: true, force: true });
});

async function administrator(options = {}) {
  const context = await browser.newContext({ locale: 'fi-FI', viewport: { width: 390, height: 844 }, ...options });
  const page = await context.newPage();
  await page.goto(`${url}/sign-in`);
  await page.fill('#token', token);
  await page.locator('main form button').click();
  await page.waitForURL('**/steer');
  await page.goto(`${url}/admin/imports`);
  return page;
}

async function bring(page, name, content) {
  await page.setInputFiles('#file', { name, mimeType: 'text/csv', buffer: Buffer.from(content) });
  await page.getByRole('button', { name: 'Kokeile tiedostoa' }).click();
}

const forget = (page) => page.getByRole('button', { name: 'Hylkää tiedosto' }).click();
// What a table shows, row by row.
const rows = (page, heading) =>
  page.locator(`[aria-labelledby="${heading}"] tbody tr`).evaluateAll((all) => all.map((row) => row.innerText.split(/\s*[\t\n]\s*/)));

// In each language, on a phone and at a desk, a page has no fault and nothing of it lies off the screen.
async function clean(page) {
  const { width, height } = page.viewportSize();
  const address = page.url();
  for (const wide of [320, 1280]) {
    await page.setViewportSize({ width: wide, height });
    for (const language of languages) {
      await page.goto(`${address}?lang=${language}`);
      await page.evaluate(axe);
      const runOnly = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
      const found = await page.evaluate((runOnly) => window.axe.run(document, { runOnly }), runOnly);
      assert.deepEqual(found.violations.map((it) => `${it.id}: ${it.nodes[0].html.slice(0, 120)}`), [], `${address} ${language}`);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(over <= 0, `${address} ${language} is ${over} px wider than the window`);
    }
  }
  await page.setViewportSize({ width, height });
  await page.goto(`${address}?lang=fi`);
}

const residents = (more = []) => ['resident_id,birth_year,birth_month,sex,language',
  ...Array.from({ length: 12 }, (_, at) => `R${at},${1940 + at},${1940 + at}-01,${at % 2 ? 'male' : 'female'},fi`), ...more, ''].join('\n');

for (const javaScriptEnabled of [true, false]) {
  test(`a file is tried, seen and taken in, script: ${javaScriptEnabled}`, async () => {
    // Each time other people than those before.
    const text = residents(['Y1,1789,,male,fi', 'Y2,,,female,sv', 'Y3,1950,,kissa,fi', 'Y4,1950,,kissa,fi']).replaceAll('\nR', `\n${javaScriptEnabled}`);
    const page = await administrator({ javaScriptEnabled });
    await bring(page, 'väki.csv', text);
    await page.waitForURL('**/admin/imports/waiting/*');
    assert.equal(await page.inputValue('#table'), 'residents', 'the table is guessed by the names of the columns');
    assert.match(await page.locator('.sentence').innerText(), /Mitään ei ole vielä tallennettu.*16.*uusia olisi 12.*hylättyjä 4/);
    const refused = await rows(page, 'refused');
    assert.equal(refused.length, 3, 'each reason once');
    assert.match(refused[0].join(' '), /sex.*2.*16, 17/, 'the most frequent first, with its lines');
    const first = await rows(page, 'first');
    assert.ok(first.length > 0 && first.length <= 12 && first[0].includes('1940'), 'the first rows, as they would be stored');
    if (javaScriptEnabled) await clean(page);
    await page.getByRole('button', { name: 'Tallenna tauluun residents' }).click();
    await page.waitForURL(/imports\/\d+T\d+-residents/);
    assert.match(await page.locator('.lead').innerText(), /uusia 12.*hylättyjä 4/);
    const id = page.url().split('/').at(-1).split('?')[0];
    assert.equal(await page.locator('.command').innerText(), `luotsi facts refused ${id}`, 'how one gets the refused rows');
    if (javaScriptEnabled) await clean(page);
    await page.getByRole('link', { name: 'Kaikki tuonnit' }).click();
    const newest = await page.locator('.imports__one').first().innerText();
    assert.match(newest, /residents[^]*4 hylättyä[^]*väki\.csv/);
    if (javaScriptEnabled) await clean(page);
    const got = execFileSync(binary, ['facts', 'refused', id, '--data', data], { encoding: 'utf8' });
    assert.match(got, /Y1,1789/, 'the command does what the page says');
    await page.goBack();
  });
}

test('a file whose columns tell nothing is tried with a table that somebody chooses', async () => {
  const page = await administrator();
  await bring(page, 'muu.csv', 'Nimi;Ikä\nAino;71\n');
  await page.waitForURL('**/waiting/*');
  assert.match(await page.locator('.sentence').innerText(), /ei selviä/);
  assert.equal(await page.getByRole('button', { name: /Tallenna/ }).count(), 0, 'nothing can be stored yet');
  await clean(page);
  await page.selectOption('#table', 'residents');
  await page.getByRole('button', { name: 'Kokeile näin' }).click();
  await page.waitForURL(/table=residents/);
  assert.equal(await page.getByRole('button', { name: /Tallenna/ }).count(), 0, 'it has none of the columns');
  assert.equal(await page.locator('[role="alert"]').count(), 1);
  await forget(page);
  await page.waitForURL(/admin\/imports$/);
});

test('an empty file and one that is broken are told with a way on', async () => {
  const page = await administrator();
  await bring(page, 'tyhjä.csv', '');
  await page.locator('#wrong').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'wrong', 'the reader begins at what is wrong');
  assert.match(await page.title(), /^Virhe: Tuonnit/);
  await page.locator('#wrong a').click();
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'file');
  await bring(page, 'rikki.xlsx', 'PK\u0003\u0004katkennut');
  await page.waitForURL('**/waiting/*');
  await page.getByRole('heading', { name: 'Tiedostoa ei voi lukea näin' }).waitFor();
  assert.equal(await page.getByRole('button', { name: /Tallenna/ }).count(), 0);
  await clean(page);
  const waiting = page.url();
  await forget(page);
  await page.waitForURL(/admin\/imports$/);
  await page.goto(waiting);
  assert.match(await page.locator('.lead').innerText(), /ei enää odota/, 'what was thrown away is gone');
});
