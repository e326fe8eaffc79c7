// Every page as its users meet it: three languages, phone and desk width, with and without JavaScript, by keyboard.
// LUOTSI_URL is the address of a demo county that is being served; SCREENSHOTS is a folder for pictures, if wanted.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const url = process.env.LUOTSI_URL ?? 'http://127.0.0.1:8080';
const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const pictures = process.env.SCREENSHOTS;
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];
const languages = ['fi', 'sv', 'en'];
const open = ['/', '/sign-in', '/contact', '/contact/new', '/contact/return', '/no-such-page'];
const staff = ['/desk', '/desk?unit=families-line', '/steer', '/steer?view=matrix', '/steer?unit=station-02', '/steer/measures/access.callback_24h?unit=families-line',
  '/steer/measures/continuity.coc?unit=station-02', '/steer/measures/experience.nps?chart=run', '/steer/measures/volume.contacts', '/steer/measures/backpain.risk_class',
  '/steer/measures/access.callback_24h/cases?unit=families-line&period=2025-06'];

let browser;
before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
});
after(() => browser?.close());

async function visitor({ width = 1280, javaScriptEnabled = true, signedIn = true } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, javaScriptEnabled, locale: 'fi-FI' });
  const page = await context.newPage();
  const errors = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('request', (request) => !request.url().startsWith(url) && errors.push(`outside origin: ${request.url()}`));
  if (signedIn) {
    await page.goto(`${url}/sign-in`);
    await page.locator('form:has(input[value="manager"]) button').click();
    await page.waitForURL('**/steer');
  }
  return { context, page, errors };
}

async function violations(page) {
  await page.evaluate(axe);
  const runOnly = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const found = await page.evaluate((runOnly) => window.axe.run(document, { runOnly }), runOnly);
  const all = found.violations.map((it) => `${it.id}: ${it.nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`);
  // A page with a script of its own is looked at again without it; axe itself needs one, so that ours is left out.
  if ((await page.locator('script[src]').count()) === 0) return all;
  const bare = await page.context().newPage();
  await bare.route('**/assets/*.js', (route) => route.fulfill({ contentType: 'text/javascript', body: '' }));
  await bare.goto(page.url());
  await bare.evaluate(axe);
  const without = await bare.evaluate((runOnly) => window.axe.run(document, { runOnly }), runOnly);
  await bare.close();
  return all.concat(without.violations.map((it) => `without its script ${it.id}`));
}

for (const width of [1280, 320]) {
  for (const language of languages) {
    test(`axe finds nothing at ${width} px in ${language}`, async () => {
      for (const [paths, signedIn] of [[open, false], [staff, true]]) {
        const { context, page, errors } = await visitor({ width, signedIn });
        for (const path of paths) {
          const joined = `${url}${path}${path.includes('?') ? '&' : '?'}lang=${language}`;
          const response = await page.goto(joined);
          assert.equal(response.status(), path === '/no-such-page' ? 404 : 200, path);
          assert.equal(await page.getAttribute('html', 'lang'), language, path);
          assert.deepEqual(await violations(page), [], `${path} ${language}`);
          const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          assert.ok(wide <= 0, `${path} is ${wide} px wider than the window`);
          if (pictures) {
            const name = `${path.replaceAll(/[^a-z0-9]+/gi, '-')}-${language}-${width}.png`;
            await page.screenshot({ path: `${pictures}/${name}`, fullPage: true });
          }
        }
        // A page that is not there is an error in the browser's log, and meant to be.
        assert.deepEqual(errors.filter((text) => !text.includes('404')), []);
        await context.close();
      }
    });
  }
}

test('without JavaScript the scorecard, its filters and the cases work', async () => {
  const { context, page } = await visitor({ javaScriptEnabled: false });
  await page.goto(`${url}/steer?unit=families`);
  await page.locator('.tree-fold summary').click();
  await page.locator('.tree a', { hasText: 'Perheiden takaisinsoitto' }).click();
  await page.locator('.scorecard a').first().click();
  await page.locator('select[name="chart"]').selectOption('p');
  await page.locator('.filters button').click();
  assert.match(page.url(), /chart=p/);
  assert.match(page.url(), /unit=families-line/);
  // Where few were late the last months are hidden: those before them have their cases.
  await page.locator('details.rest > summary').click();
  await page.locator('main table a').first().click();
  assert.match(page.url(), /cases/);
  assert.ok((await page.locator('main tbody tr').count()) > 0);
  await context.close();
});

test('every unit and chart that a measure offers is there', async () => {
  const { context, page } = await visitor();
  await page.goto(`${url}/steer?view=list`);
  const hrefs = await page.locator('a[href^="/steer/measures/"]').evaluateAll((links) => links.map((it) => it.getAttribute('href')));
  const measures = [...new Set(hrefs.map((href) => href.split('?')[0]))];
  assert.ok(measures.length > 20);
  for (const measure of measures) {
    await page.goto(`${url}${measure}`);
    const offered = (name) => page.locator(`select[name="${name}"] option`).evaluateAll((all) => all.map((it) => it.value));
    const links = [
      ...(await offered('unit')).map((unit) => `${measure}?unit=${unit}&lang=en`),
      ...(await offered('chart')).map((chart) => `${measure}?chart=${chart}&lang=en`),
    ];
    assert.ok(links.length > 0, measure);
    for (const link of links) {
      const answer = await page.request.get(`${url}${link}`);
      assert.equal(answer.status(), 200, link);
      assert.ok(!(await answer.text()).includes('There are no cases of this measure'), link);
    }
  }
  await context.close();
});

test('by keyboard alone one gets from the front page to a measure', async () => {
  const { context, page } = await visitor();
  await page.goto(`${url}/`);
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('href')), '#content');
  await page.keyboard.press('Enter');
  for (let step = 0; step < 40 && (await page.evaluate(() => document.activeElement.getAttribute('href'))) !== '/steer'; step += 1) {
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
  await page.waitForURL('**/steer');
  const here = () => page.evaluate(() => document.activeElement.getAttribute('href') ?? '');
  for (let step = 0; step < 150 && !(await here()).startsWith('/steer/measures/'); step += 1) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/steer/measures/**');
  assert.ok(await page.locator('figure svg[role="img"]').isVisible());
  await context.close();
});

test('a role without the right sees neither figures nor cases', async () => {
  const { context, page } = await visitor({ signedIn: false });
  await page.goto(`${url}/steer`);
  assert.match(page.url(), /sign-in/);
  await page.locator('form:has(input[value="resident"]) button').click();
  assert.equal((await page.goto(`${url}/steer`)).status(), 404);
  await page.goto(`${url}/sign-in`);
  await page.locator('form:has(input[value="professional"]) button').click();
  const cases = `${url}/steer/measures/access.callback_24h/cases?unit=families-line&period=2025-06`;
  assert.equal((await page.goto(cases)).status(), 404);
  await context.close();
});

test('the chart tells in words what it shows, and 200 % text fits', async () => {
  const { context, page } = await visitor({ width: 640 });
  await page.goto(`${url}/steer/measures/access.callback_24h?unit=families-line&lang=en`);
  const described = await page.locator('figure svg[role="img"] desc').textContent();
  assert.match(described, /%/);
  await page.evaluate(() => { document.documentElement.style.fontSize = '200%'; });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(wide <= 0, `${wide} px wider than the window`);
  await context.close();
});
