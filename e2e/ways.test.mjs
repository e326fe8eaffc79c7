// The ways of testers (ways.json), gone with a script by somebody who sees roles and names alone, on a phone and at a desk,
// in three languages. Presses of links and buttons are counted: each way may take two more than its task expects, and axe
// finds nothing where it ends.
// LUOTSI_BIN is the program; the county is its own, for its clock stands.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';

const program = process.env.LUOTSI_BIN ?? 'luotsi';
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];
const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const ways = JSON.parse(fs.readFileSync(new URL('ways.json', import.meta.url), 'utf8'));
const languages = ['fi', 'sv', 'en'];
const locales = { fi: 'fi-FI', sv: 'sv-FI', en: 'en-GB' };
const menu = ['Valikko', 'Meny', 'Menu'];
const SPARE = 2;
const NOW = '2026-03-09T08:00';

let browser;
let server;
let url;
const data = fs.mkdtempSync(path.join(os.tmpdir(), 'luotsi-ways-'));
before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
  if (process.env.WAYS_URL) {
    url = process.env.WAYS_URL;
    return;
  }
  const words = ['demo', '--listen', '127.0.0.1:0', '--residents', '2000', '--seed', '7', '--now', NOW, '--data', data];
  server = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'] });
  for await (const line of readline.createInterface({ input: server.stderr })) {
    url = line.match(/^serving on (.*)$/)?.[1];
    if (url) break;
  }
  server.stderr.resume();
  // Figures, and times that can be booked.
  const answer = await fetch(`${url}/demo/clock`, { method: 'POST', body: JSON.stringify({ to: NOW }) });
  assert.equal(answer.status, 200, await answer.text());
});
after(async () => {
  await browser?.close();
  server?.kill();
  fs.rmSync(data, { recursive: true, force: true });
});

// A person with a browser of their own, in a language, on a screen of a width.
class Walker {
  constructor(page, place, kept) {
    Object.assign(this, { page, place, kept, presses: 0 });
  }

  static async of([role, as = ''], place, width, kept) {
    const context = await browser.newContext({ locale: locales[languages[place]], viewport: { width, height: 900 } });
    if (role !== 'anonymous') {
      const answer = await context.request.post(`${url}/sign-in`, { form: { role, as } });
      assert.equal(answer.status(), 200, `${role} ${as}`);
    }
    const page = await context.newPage();
    const walker = new Walker(page, place, kept);
    page.on('response', (answer) => {
      if (answer.status() >= 400 && answer.frame() === page.mainFrame() && answer.request().isNavigationRequest()) {
        walker.refused = answer.status();
      }
    });
    return walker;
  }

  words(words) {
    const text = Array.isArray(words) ? words[this.place] : words;
    return text.replace(/\{(\w+)\}/g, (_, word) => this.kept[word]);
  }

  // Where to look: all of the page, or the smallest list item, region or row that is called so or holds the words.
  async scope(act) {
    if (!act.within) return this.page;
    const words = this.words(act.within);
    for (const role of ['region', 'log', 'navigation']) {
      const named = this.page.getByRole(role, { name: words, exact: true });
      if (await named.count()) return named.first();
    }
    for (const role of ['listitem', 'row', 'region']) {
      const holding = this.page.getByRole(role).filter({ hasText: words });
      if (await holding.count()) return holding.last();
    }
    throw new Error(`nothing on the page holds “${words}”`);
  }

  // The only thing of a role that is called so.
  async only(role, name, act) {
    const scope = await this.scope(act);
    const exact = scope.getByRole(role, { name, exact: true });
    const found = (await exact.count()) ? exact : scope.getByRole(role, { name });
    return { found, count: await found.count() };
  }

  async press(locator, how = {}) {
    this.presses += 1;
    const before = this.page.url();
    await locator.click({ timeout: 5000, ...how });
    await this.page.waitForLoadState('load');
    return before;
  }

  // On a phone the menu holds what does not stand beside it.
  async opened(role, name, act) {
    let { found, count } = await this.only(role, name, act);
    if (count === 0) {
      const fold = this.page.getByText(menu[this.place], { exact: true }).filter({ visible: true });
      if (await fold.count()) {
        // On the narrowest its word is for those who hear the page, and its sign lies over it.
        await this.press(fold.first(), { force: true });
        ({ found, count } = await this.only(role, name, act));
      }
    }
    assert.ok(count > 0, `there is no ${role} “${name}”`);
    return found;
  }

  async follow(name, act) {
    const found = await this.opened('link', name, act);
    const goals = new Set(await found.evaluateAll((links) => links.map((link) => link.href)));
    assert.equal(goals.size, 1, `several links are called “${name}”: ${[...goals]}`);
    await this.press(found.first());
  }

  async button(name, act) {
    const { found, count } = await this.only('button', name, act);
    if (count === 1) return this.press(found);
    assert.equal(count, 0, `${count} buttons are called “${name}”`);
    // What is folded away is opened by its words.
    const scope = await this.scope(act);
    const fold = scope.getByRole('group').getByText(name, { exact: true }).filter({ visible: true });
    assert.equal(await fold.count(), 1, `there is no button “${name}”`);
    return this.press(fold);
  }

  async see(words, act) {
    const scope = act.within ? await this.scope(act) : this.page.locator('body');
    const plain = (text) => text.replace(/\s+/g, ' ');
    const text = plain(await scope.innerText());
    assert.ok(text.includes(plain(words)), `“${words}” is not seen in: ${text.slice(0, 2000)}`);
  }

  // A value that a page tells beside its label: in the rest of the line, or in the next one.
  async beside(label) {
    const lines = (await this.page.getByRole('main').innerText()).split('\n').map((line) => line.trim()).filter(Boolean);
    const at = lines.findIndex((line) => line.startsWith(label));
    assert.ok(at >= 0, `the page tells nothing beside “${label}”`);
    return lines[at].slice(label.length).replace(/^[: ]+/, '') || lines[at + 1];
  }

  async choose(choice, field, act) {
    const { found, count } = await this.only('combobox', field, act);
    if (count === 1) {
      const options = await found.getByRole('option').allInnerTexts();
      const fits = options.filter((option) => option.trim() === choice);
      const [option] = fits.length ? fits : options.filter((option) => option.includes(choice));
      assert.ok(option, `“${field}” has no “${choice}”; it has ${options}`);
      await found.selectOption({ label: option.trim() });
      return;
    }
    await this.page.getByRole('group', { name: field, exact: true }).getByRole('radio', { name: choice, exact: true }).check();
  }

  async act(act) {
    const field = act.in && this.words(act.in);
    if (act.follow) return this.follow(this.words(act.follow), act);
    if (act.press) return this.button(this.words(act.press), act);
    if (act.first) {
      const scope = await this.scope(act);
      return this.press(scope.getByRole('button', { name: this.words(act.first) }).first());
    }
    if (act.write) {
      const scope = await this.scope(act);
      return scope.getByRole('textbox', { name: field, exact: true }).fill(this.words(act.write));
    }
    if (act.choose) return this.choose(this.words(act.choose), field, act);
    if (act.keep) {
      this.kept[act.keep] = await this.beside(field);
      return undefined;
    }
    if (act.see) return this.see(this.words(act.see), act);
    throw new Error(`nobody can ${JSON.stringify(act)}`);
  }

  async go(acts) {
    for (const act of acts) {
      try {
        await this.act(act);
        assert.equal(this.refused, undefined, 'it is refused');
      } catch (error) {
        const page = await this.page.locator('body').ariaSnapshot().catch(() => '');
        throw new Error(`${JSON.stringify(act)}: ${error.message}\n${this.page.url()}\n${page.slice(0, 6000)}`);
      }
    }
  }

  // The page on which a way ends, as axe sees it.
  async sound() {
    await this.page.evaluate(axe);
    const runOnly = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations } = await this.page.evaluate((runOnly) => window.axe.run(document, { runOnly }), runOnly);
    assert.deepEqual(violations.map((it) => `${it.id}: ${it.nodes[0].html.slice(0, 200)}`), [], this.page.url());
  }
}

for (const width of [320, 1280]) {
  for (const [place, language] of languages.entries()) {
    test(`the tasks of testers take no more presses than they may, at ${width} px in ${language}`, async (t) => {
      for (const way of ways) {
        await t.test(`task ${way.task}: ${way.told}`, async () => {
          const kept = {};
          for (const part of way.before ?? []) {
            const other = await Walker.of(part.who, place, 1280, kept);
            await other.page.goto(`${url}${part.at}`);
            await other.go(part.do);
            await other.page.context().close();
          }
          const walker = await Walker.of(way.who, place, width, kept);
          await walker.page.goto(`${url}/`);
          await walker.go(way.do);
          await walker.sound();
          await walker.page.context().close();
          t.diagnostic(`task ${way.task} at ${width} px in ${language}: ${walker.presses} presses, ${way.clicks} expected`);
          assert.ok(walker.presses <= way.clicks + SPARE, `${walker.presses} presses, and ${way.clicks} are expected`);
        });
      }
    });
  }
}
