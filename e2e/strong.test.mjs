// Strong identification of residents on a county's own server, by oidc-provider and by a provider that signs whatever it is told
// to; with what goes wrong. LUOTSI_BIN is the program.
import assert from 'node:assert/strict';
import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';
import { client, code, order, people, serve } from './provider.mjs';

const binary = process.env.LUOTSI_BIN ?? fileURLToPath(new URL('../target/debug/luotsi', import.meta.url));
const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];
const [AINO, PAAVO] = ['030184-900E', '240168-9073'];
const folders = [];
const servers = [];

let browser;

const free = () => new Promise((done) => {
  const server = http.createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => done(port));
  });
});

// A county whose residents are identified at a port.
async function begin(providerPort) {
  const data = fs.mkdtempSync(path.join(os.tmpdir(), 'luotsi-strong-'));
  folders.push(data);
  const port = await free();
  const url = `http://127.0.0.1:${port}`;
  const settings = ['[strong]', `issuer = "http://127.0.0.1:${providerPort}"`, `client_id = "${client.id}"`,
    `address = "${url}"`, `person_claim = "${code}"`, `protected_claim = "${order}"`, ''];
  fs.writeFileSync(path.join(data, 'county.toml'), settings.join('\n'));
  execFileSync(binary, ['unit', 'set', 'county', '--name', 'Maakunta', '--level', 'county', '--data', data], { stdio: 'ignore' });
  const server = spawn(binary, ['serve', '--data', data, '--listen', `127.0.0.1:${port}`],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, LUOTSI_STRONG_SECRET: client.secret } });
  servers.push(server);
  let said = '';
  await new Promise((done, failed) => {
    server.stderr.on('data', (text) => {
      said += text;
      if (/serving on \S+\n/.test(said)) done();
    });
    server.once('exit', () => failed(new Error(`the server ended: ${said}`)));
  });
  return { data, url, said: () => said };
}

async function soon(what, holds) {
  const until = Date.now() + 20000;
  for (;;) {
    if (await holds()) return;
    assert.ok(Date.now() < until, what);
    await new Promise((done) => setTimeout(done, 200));
  }
}

async function visitor(options = {}) {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 390, height: 844 }, ...options });
  return context.newPage();
}

const heading = (page) => page.locator('h1').innerText();
const there = (page) => new URL(page.url()).pathname;
const name = async (page) => (await page.locator('.menu__list p').first().textContent()).trim();
const known = (county) => soon('the provider is known', async () => {
  const page = await visitor();
  await page.goto(`${county.url}/sign-in`);
  const is = await page.getByRole('button', { name: 'Identify yourself' }).isVisible();
  await page.context().close();
  return is;
});

// A provider that signs whatever it is told to: `lie` says what is otherwise than it ought to be.
async function liar() {
  const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keys = { own: pair(), other: pair(), kid: 'one' };
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const port = await free();
  const issuer = `http://127.0.0.1:${port}`;
  const it = { lie: {}, keys, asked: null, issuer, port };
  it.signed = (header, claims, key) => {
    const body = `${part(header)}.${part(claims)}`;
    if (header.alg === 'none') return `${body}.`;
    if (header.alg === 'HS256') return `${body}.${createHmac('sha256', key).update(body).digest('base64url')}`;
    return `${body}.${createSign('sha256').update(body).sign({ key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  };
  it.rotates = () => Object.assign(keys, { own: pair(), kid: `${keys.kid}+` });
  const answer = (request, response) => {
    const { pathname, searchParams } = new URL(request.url, issuer);
    const json = (value) => response.setHeader('content-type', 'application/json').end(JSON.stringify(value));
    switch (pathname) {
      case '/.well-known/openid-configuration':
        return json({ issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/jwks`,
          response_types_supported: ['code'], subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['ES256', 'HS256', 'none'] });
      case '/jwks':
        return json({ keys: [{ ...keys.own.publicKey.export({ format: 'jwk' }), kid: keys.kid, use: 'sig', alg: 'ES256' }] });
      case '/auth':
        it.asked = searchParams;
        return response.writeHead(302, { location: `${searchParams.get('redirect_uri')}?state=${searchParams.get('state')}&code=any` }).end();
      default: {
        const now = Math.floor(Date.now() / 1000);
        const { header = {}, claims = {}, key = keys.own.privateKey } = it.lie;
        const whole = { iss: issuer, sub: 'x', aud: client.id, exp: now + 60, iat: now, auth_time: now, nonce: it.asked?.get('nonce'),
          sid: 'session-1', given_name: 'Aino', family_name: 'Virtanen', [code]: AINO, ...claims };
        return json({ access_token: 'a', token_type: 'Bearer', id_token: it.signed({ alg: 'ES256', kid: keys.kid, ...header }, whole, key) });
      }
    }
  };
  it.open = () => new Promise((done) => { it.server = http.createServer(answer).listen(port, '127.0.0.1', done); });
  it.close = () => new Promise((done) => { it.server.closeAllConnections(); it.server.close(done); });
  await it.open();
  return it;
}

before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
});

after(async () => {
  await browser?.close();
  for (const server of servers) server.kill('SIGTERM');
  await Promise.all(servers.map((server) => server.exitCode ?? new Promise((done) => server.once('exit', done))));
  for (const folder of folders) fs.rmSync(folder, { recursive: true, force: true });
});

async function identify(page, id) {
  await page.fill('input[name=login]', id);
  await page.fill('input[name=password]', 'whatever');
  await page.locator('button[type=submit]').click();
}

test('a resident is identified, registered once, goes back, opens two tabs and signs out here and there', async () => {
  const port = await free();
  const county = await begin(port);
  const provider = await serve(port, county.url);
  try {
    await known(county);
    const page = await visitor();
    await page.goto(`${county.url}/sign-in?to=/matters`);
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    assert.deepEqual(violations.map((it) => `${it.id}: ${it.nodes[0].html}`), []);
    await page.getByRole('button', { name: 'Identify yourself' }).click();
    await identify(page, AINO);
    await page.waitForURL(`${county.url}/matters`);
    assert.match(await name(page), /^Aino Virtanen, \d+$/);
    // What they write is theirs, in another tab too, and in another browser.
    const tab = await page.context().newPage();
    await tab.goto(`${county.url}/contact/new`);
    await tab.fill('#text', 'Kuume nousee');
    await page.goto(`${county.url}/contact/new`);
    await tab.getByRole('button', { name: 'Send' }).first().click();
    await tab.waitForURL(/contact\/thread/);
    const other = await visitor();
    await other.goto(`${county.url}/sign-in/resident`);
    await identify(other, AINO);
    await other.waitForURL(new RegExp(county.url));
    await other.goto(`${county.url}/matters`);
    assert.equal(await other.locator('main .rows li').count(), 1);
    // Back to the provider's answer: it has been used, and says so; who they are stays.
    const answer = (await page.context().request.get(`${county.url}/sign-in/resident`, { maxRedirects: 0 })).headers().location;
    assert.ok(new URL(answer).searchParams.get('code_challenge'));
    const back = await page.goto(`${county.url}/sign-in/resident/return?state=used&code=used`);
    assert.equal(back.status(), 400);
    assert.match(await page.locator('main').innerText(), /Begin again/);
    await page.goto(`${county.url}/matters`);
    assert.match(await name(page), /Aino/);
    // Out of every device at once.
    await page.goto(`${county.url}/me`);
    await page.getByRole('button', { name: 'Sign out on all devices' }).click();
    for (const one of [page, other, tab]) {
      await one.goto(`${county.url}/matters`);
      assert.equal(there(one), '/sign-in');
    }
    // Out at the provider: it tells the server, which ends the session here.
    const third = await visitor();
    await third.goto(`${county.url}/sign-in/resident?to=/matters`);
    await identify(third, PAAVO);
    await third.waitForURL(`${county.url}/matters`);
    const elsewhere = await third.context().newPage();
    await elsewhere.goto(`http://127.0.0.1:${port}/session/end`);
    await elsewhere.locator('button[value=yes]').click();
    await soon(`signed out here, too: ${county.said()}`, async () => {
      await third.goto(`${county.url}/matters`);
      return there(third) === '/sign-in';
    });
    // Nothing of them stands where it must not: neither name nor identity code, in logs, addresses or files.
    const personal = /Aino|Virtanen|Paavo|030184.?900E|240168.?9073|Kuume nousee/;
    assert.doesNotMatch(county.said(), personal);
    const files = fs.readdirSync(county.data, { recursive: true, withFileTypes: true }).filter((it) => it.isFile());
    for (const file of files) {
      const text = fs.readFileSync(path.join(file.parentPath ?? file.path, file.name), 'latin1');
      assert.doesNotMatch(text, personal, file.name);
    }
  } finally {
    provider.close();
  }
});

test('an answer that does not hold lets nobody in, and says so in words; a clock five minutes off is survived', async () => {
  const it = await liar();
  const county = await begin(it.port);
  try {
    await known(county);
    const now = Math.floor(Date.now() / 1000);
    const pem = it.keys.own.publicKey.export({ type: 'spki', format: 'pem' });
    const cases = [
      ['nothing is wrong', {}, true],
      ['another nonce', { claims: { nonce: 'another' } }],
      ['no nonce', { claims: { nonce: undefined } }],
      ['another audience', { claims: { aud: 'another' } }],
      ['another audience, too', { claims: { aud: [client.id, 'another'] } }],
      ['another issuer', { claims: { iss: 'http://127.0.0.1:1' } }],
      ['its time is over', { claims: { iat: now - 900, exp: now - 600 } }],
      ['signed by nobody', { header: { alg: 'none' } }],
      ['signed with the secret', { header: { alg: 'HS256', kid: undefined }, key: client.secret }],
      ['signed with the public key', { header: { alg: 'HS256' }, key: pem }],
      ['another key', { key: it.keys.other.privateKey }],
      ['no identity code', { claims: { [code]: undefined } }],
      ['an identity code that is none', { claims: { [code]: '030184-900F' } }],
      ['an id of staff', { claims: { [code]: 'lead-1' } }],
      ['no name', { claims: { given_name: undefined } }],
      ['the clock there is five minutes slow', { claims: { iat: now - 300, exp: now - 240 } }, true],
      ['the clock there is five minutes fast', { claims: { iat: now + 300, exp: now + 360, auth_time: now + 300 } }, true],
      ['the clock there is ten minutes fast', { claims: { iat: now + 600, exp: now + 660 } }],
    ];
    const page = await visitor();
    for (const [what, told, enters = false] of cases) {
      it.lie = told;
      await page.context().clearCookies();
      const response = await page.goto(`${county.url}/sign-in/resident?to=/matters`);
      assert.equal(there(page), enters ? '/matters' : '/sign-in/resident/return', `${what}: ${county.said()}`);
      if (!enters) {
        assert.equal(response.status(), 403, what);
        assert.match(await page.locator('main').innerText(), /you have not been signed in[^]*write to us without identifying yourself/, what);
      }
      await page.goto(`${county.url}/matters`);
      assert.equal(there(page), enters ? '/matters' : '/sign-in', what);
    }
    assert.doesNotMatch(county.said(), /030184|Virtanen|lead-1/, 'nobody is named in what the server says');
  } finally {
    await it.close();
  }
});

test('keys that change and a provider that is away end nobody’s session; who comes meanwhile is told', async () => {
  const it = await liar();
  const county = await begin(it.port);
  try {
    await known(county);
    const page = await visitor();
    await page.goto(`${county.url}/sign-in/resident?to=/matters`);
    assert.equal(there(page), '/matters');
    it.rotates();
    await page.reload();
    assert.match(await name(page), /Aino/, 'the session goes on');
    const other = await visitor();
    await soon('the new keys are known', async () => {
      await other.goto(`${county.url}/sign-in/resident?to=/matters`);
      return there(other) === '/matters';
    });
    await it.close();
    await page.reload();
    assert.match(await name(page), /Aino/);
    // They have begun, and the provider is gone when they come back.
    const third = await visitor();
    const begun = await third.context().request.get(`${county.url}/sign-in/resident`, { maxRedirects: 0 });
    const state = new URL(begun.headers().location).searchParams.get('state');
    const response = await third.goto(`${county.url}/sign-in/resident/return?state=${state}&code=any`);
    assert.equal(response.status(), 503);
    assert.match(await third.locator('main').innerText(), /cannot reach the identification service right now[^]*without identifying yourself/);
    await it.open();
    // They turned back there.
    const again = await third.context().request.get(`${county.url}/sign-in/resident`, { maxRedirects: 0 });
    const declined = new URL(again.headers().location).searchParams.get('state');
    assert.equal((await third.goto(`${county.url}/sign-in/resident/return?state=${declined}&error=access_denied`)).status(), 403);
    assert.match(await third.locator('main').innerText(), /If you stopped it, you can begin again/);
  } finally {
    await it.close();
  }
});

test('before what is sensitive who proved it long ago proves it again, and nothing typed is lost', async () => {
  const it = await liar();
  const county = await begin(it.port);
  const old = () => ({ claims: { auth_time: Math.floor(Date.now() / 1000) - 20 * 60 } });
  try {
    await known(county);
    const page = await visitor();
    await page.goto(`${county.url}/sign-in/resident?to=/me`);
    assert.equal(there(page), '/me');
    await page.fill('#phone', '045 000 0001');
    await page.getByRole('checkbox', { name: 'By text message' }).check();
    // Time passes: what they proved is of twenty minutes ago.
    const tab = await page.context().newPage();
    it.lie = old();
    await tab.goto(`${county.url}/sign-in/resident?to=/matters`);
    assert.equal(there(tab), '/matters', 'for what is not sensitive it serves');
    it.lie = {};
    await page.getByRole('button', { name: 'Save' }).click();
    assert.equal(there(page), '/me');
    assert.equal(it.asked.get('prompt'), 'login');
    assert.equal(it.asked.get('max_age'), '0');
    await page.waitForURL(`${county.url}/me`);
    assert.equal(await page.inputValue('#phone'), '045 000 0001', `what was typed is there: ${county.said()}`);
    assert.ok(await page.getByRole('checkbox', { name: 'By text message' }).isChecked());
    await page.getByRole('button', { name: 'Save' }).click();
    await page.waitForURL(/did=saved/);
    // A provider that says what it said before has proven nothing anew.
    it.lie = old();
    await tab.goto(`${county.url}/sign-in/resident?to=/matters`);
    const response = await page.goto(`${county.url}/me/acting`);
    assert.equal(response.status(), 403);
    assert.equal(there(page), '/sign-in/resident/return');
  } finally {
    await it.close();
  }
});

test('only the provider ends sessions from its side', async () => {
  const it = await liar();
  const county = await begin(it.port);
  try {
    await known(county);
    const page = await visitor();
    await page.goto(`${county.url}/sign-in/resident?to=/matters`);
    const now = Math.floor(Date.now() / 1000);
    const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
    const whole = { iss: it.issuer, aud: client.id, sub: 'x', sid: 'session-1', iat: now, exp: now + 120, jti: 'one', events };
    const own = it.keys.own.privateKey;
    const token = (claims, header = {}, key = own) => it.signed({ alg: 'ES256', kid: 'one', typ: 'logout+jwt', ...header }, { ...whole, ...claims }, key);
    const tell = (logout_token) => fetch(`${county.url}/sign-in/resident/signed-out`, { method: 'POST', body: new URLSearchParams({ logout_token }) });
    const wrong = [
      ['nothing', ''], ['no token', 'x'], ['signed by nobody', token({}, { alg: 'none' })], ['another key', token({}, {}, it.keys.other.privateKey)],
      ['another audience', token({ aud: 'another' })], ['another issuer', token({ iss: 'http://127.0.0.1:1' })],
      ['its time is over', token({ exp: now - 900 })], ['a nonce', token({ nonce: 'n' })], ['says nothing of it', token({ events: undefined })],
    ];
    for (const [what, given] of wrong) {
      assert.equal((await tell(given)).status, 400, what);
      await page.reload();
      assert.equal(there(page), '/matters', what);
    }
    assert.equal((await tell(token({ sub: 'y', sid: 'session-2' }))).status, 200, 'another session');
    await page.reload();
    assert.equal(there(page), '/matters');
    assert.equal((await tell(token({}))).status, 200);
    await page.reload();
    assert.equal(there(page), '/sign-in');
  } finally {
    await it.close();
  }
});

assert.ok(people[AINO] && people[PAAVO]);
