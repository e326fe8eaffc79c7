// Sign-in on a county's own server: by an identity provider that oidc-provider runs on loopback, and by a local account; with
// what goes wrong. LUOTSI_BIN is the program.
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
import { client, serve } from './provider.mjs';

const binary = process.env.LUOTSI_BIN ?? fileURLToPath(new URL('../target/debug/luotsi', import.meta.url));
const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];
const languages = ['fi', 'sv', 'en'];
const folders = [];

let browser;
let county;
let providerPort;
let provider;

const free = () => new Promise((done) => {
  const server = http.createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => done(port));
  });
});

// A county of its own, whose identity provider is at a port; people with rights in it.
async function begin(providerPort) {
  const data = fs.mkdtempSync(path.join(os.tmpdir(), 'luotsi-signin-'));
  folders.push(data);
  const luotsi = (...words) => execFileSync(binary, [...words, '--data', data], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const port = await free();
  const url = `http://127.0.0.1:${port}`;
  const settings = ['[provider]', `issuer = "http://127.0.0.1:${providerPort}"`, `client_id = "${client.id}"`,
    `address = "${url}"`, 'person_claim = "employee_id"', ''];
  fs.writeFileSync(path.join(data, 'county.toml'), settings.join('\n'));
  luotsi('unit', 'set', 'county', '--name', 'Maakunta', '--level', 'county');
  for (const [person, role] of [['lead-1', 'lead'], ['both-1', 'lead'], ['both-1', 'admin'], ['admin-1', 'admin']]) {
    luotsi('right', 'give', person, '--role', role, '--unit', 'county', '--last-day', '2099-12-31');
  }
  const server = spawn(binary, ['serve', '--data', data, '--listen', `127.0.0.1:${port}`],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, LUOTSI_PROVIDER_SECRET: client.secret } });
  let said = '';
  await new Promise((done, failed) => {
    server.stderr.on('data', (text) => {
      said += text;
      if (/serving on \S+\n/.test(said)) done();
    });
    server.once('exit', () => failed(new Error(`the server ended: ${said}`)));
  });
  return { data, luotsi, url, server, said: () => said };
}

async function end(server) {
  const gone = new Promise((done) => server.once('exit', done));
  server.kill('SIGKILL');
  await gone;
}

const soon = async (what, holds) => {
  for (let round = 0; round < 100; round += 1) {
    if (await holds()) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  assert.fail(`${what}, within ten seconds`);
};

before(async () => {
  providerPort = await free();
  county = await begin(providerPort);
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
});

after(async () => {
  await browser?.close();
  provider?.close();
  await end(county.server);
  for (const folder of folders) fs.rmSync(folder, { recursive: true, force: true });
});

async function visitor(options = {}) {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 390, height: 844 }, ...options });
  return context.newPage();
}

// Types a name at the provider.
async function identify(page, name) {
  await page.fill('input[name=login]', name);
  await page.fill('input[name=password]', 'whatever');
  await page.locator('button[type=submit]').click();
}

const heading = (page) => page.locator('h1').innerText();
const there = (page) => new URL(page.url()).pathname;

// In each language, on a phone and at a desk, a page has no fault and nothing of it lies off the screen.
async function isWhole(page) {
  for (const [lang, width] of [...languages.map((lang) => [lang, 390]), ['en', 320], ['en', 1280]]) {
    await page.setViewportSize({ width, height: 844 });
    const address = new URL(page.url());
    address.searchParams.set('lang', lang);
    await page.goto(address.href);
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    assert.deepEqual(violations.map((it) => `${it.id}: ${it.nodes[0].html}`), [], `${address} ${width}`);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${address} ${width}: too wide`);
  }
}

test('a server whose provider is away starts without it, says so, and takes it as soon as it is there', async () => {
  const page = await visitor();
  await page.goto(`${county.url}/sign-in`);
  assert.match(await page.locator('main').innerText(), /cannot be reached right now/);
  await page.goto(`${county.url}/sign-in/provider`);
  assert.equal(await heading(page), 'You have not signed in');
  provider = await serve(providerPort, county.url);
  await soon('the provider is known', async () => {
    await page.goto(`${county.url}/sign-in`);
    return page.getByRole('button', { name: 'Sign in with your county account' }).isVisible();
  });
  await isWhole(page);
});

// On a phone the person and their ways out stand in the menu, at a desk under their name.
const unfold = (page) => page.locator('.menu summary:visible, .who summary:visible').first().click();

for (const javaScriptEnabled of [true, false]) {
  test(`who has a right works in it, and signs out here and at the provider; ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
    const page = await visitor({ javaScriptEnabled });
    await page.goto(`${county.url}/desk?unit=county`);
    assert.equal(there(page), '/sign-in');
    await page.getByRole('button', { name: 'Sign in with your county account' }).click();
    assert.equal(new URL(page.url()).port, String(providerPort));
    await identify(page, 'lead-1');
    await page.waitForURL(`${county.url}/desk?unit=county`);
    await unfold(page);
    assert.match(await page.locator('header').innerText(), /Team lead/);
    const cookies = await page.context().cookies(county.url);
    assert.deepEqual(cookies.filter((it) => it.name === 'signing-in'), [], 'what began it is gone');
    await page.getByRole('button', { name: 'Sign out' }).click();
    assert.equal(new URL(page.url()).port, String(providerPort), 'the provider asks whether to end it there, too');
    await page.locator('button[value=yes]').click();
    await page.waitForURL(`${county.url}/`);
    await page.goto(`${county.url}/desk`);
    assert.equal(there(page), '/sign-in');
    await page.getByRole('button', { name: 'Sign in with your county account' }).click();
    assert.ok(await page.locator('input[name=login]').isVisible(), 'the provider knows nobody any more');
    await page.context().close();
  });
}

test('who has no right is told whom to ask, and who has several chooses', async () => {
  const page = await visitor();
  await page.goto(`${county.url}/sign-in/provider`);
  await identify(page, 'nobody-1');
  await page.waitForURL(/return/);
  assert.equal(await heading(page), 'You have no rights in Luotsi today');
  assert.match(await page.locator('main').innerText(), /Ask your manager or administrator[^]*nobody-1/);
  await page.goto(`${county.url}/desk`);
  assert.equal(there(page), '/sign-in');
  const other = await visitor();
  await other.goto(`${county.url}/sign-in/provider`);
  await identify(other, 'both-1');
  await other.waitForURL(`${county.url}/sign-in/role`);
  await isWhole(other);
  await other.goto(`${county.url}/sign-in/role`);
  await other.getByRole('button', { name: 'Administrator' }).click();
  await other.goto(`${county.url}/admin/staff`);
  assert.equal(await heading(other), 'People and rights');
  await isWhole(other);
  await other.getByRole('link', { name: 'lead-1' }).click();
  await isWhole(other);
  await unfold(other);
  await other.getByRole('link', { name: 'Change role' }).click();
  await other.getByRole('button', { name: 'Team lead' }).click();
  await other.goto(`${county.url}/admin/staff`);
  assert.notEqual(await heading(other), 'People and rights');
});

test('a right that is taken away ends the session that stands on it', async () => {
  const page = await visitor();
  county.luotsi('right', 'give', 'short-1', '--role', 'lead', '--unit', 'county', '--last-day', '2099-12-31');
  await soon('the right is known', async () => {
    await page.goto(`${county.url}/sign-in/provider`);
    if (await page.locator('input[name=login]').isVisible()) await identify(page, 'short-1');
    await page.waitForURL(new RegExp(`^${county.url}`));
    return there(page) === '/desk';
  });
  county.luotsi('right', 'end', 'short-1', '--role', 'lead', '--unit', 'county');
  await soon('signed out', async () => {
    await page.goto(`${county.url}/desk`);
    return there(page) === '/sign-in';
  });
});

// Where the provider leads back to whom it knows, without going there.
async function caught(page) {
  let address = `${county.url}/sign-in/provider`;
  while (!address.startsWith(`${county.url}/sign-in/provider/return`)) {
    const { location } = (await page.context().request.get(address, { maxRedirects: 0 })).headers();
    assert.ok(location, `${address} leads on`);
    address = new URL(location, address).href;
  }
  return new URL(address);
}

test('an answer counts once, in the browser that began it, and for what it was asked for', async () => {
  const page = await visitor();
  const isRefused = async (on, address, status) => {
    const response = await on.goto(address);
    assert.equal(response.status(), status, `${address}`);
    assert.equal(await heading(on), 'You have not signed in');
    await on.goto(`${county.url}/desk`);
    assert.equal(there(on), '/sign-in');
  };
  await page.goto(`${county.url}/sign-in/provider`);
  await identify(page, 'lead-1');
  await page.waitForURL(`${county.url}/desk`);
  await page.context().clearCookies({ name: 'session' });
  // Another state than the one that was given.
  const first = await caught(page);
  const wrong = new URL(first);
  wrong.searchParams.set('state', 'made-up');
  await isRefused(page, wrong.href, 400);
  // In another browser: whoever is led to somebody else's answer is not signed in as them, nor can they be any more.
  await isRefused(await visitor(), first.href, 400);
  await isRefused(page, first.href, 400);
  // The same answer a second time.
  const second = await caught(page);
  await page.goto(second.href);
  await page.waitForURL(`${county.url}/desk`);
  const replayed = await page.goto(second.href);
  assert.equal(replayed.status(), 400);
  // A code that was used, with a state that is new; and the code of one sign-in with the state of another.
  const third = await caught(page);
  third.searchParams.set('code', second.searchParams.get('code'));
  assert.equal((await page.goto(third.href)).status(), 403);
  const [fourth, fifth] = [await caught(page), await caught(page)];
  fifth.searchParams.set('code', fourth.searchParams.get('code'));
  assert.equal((await page.goto(fifth.href)).status(), 403);
  // They turned back at the provider.
  const sixth = await caught(page);
  sixth.searchParams.delete('code');
  sixth.searchParams.set('error', 'access_denied');
  assert.equal((await page.goto(sixth.href)).status(), 403);
  assert.match(await page.locator('main').innerText(), /If you stopped the sign-in/);
});

test('a token that does not hold lets nobody in', async () => {
  // A provider that signs whatever it is told to.
  const [own, other] = [1, 2].map(() => generateKeyPairSync('ec', { namedCurve: 'P-256' }));
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const port = await free();
  const issuer = `http://127.0.0.1:${port}`;
  let lie;
  let nonce;
  const signed = (header, claims, key) => {
    const body = `${part(header)}.${part(claims)}`;
    if (header.alg === 'none') return `${body}.`;
    if (header.alg === 'HS256') return `${body}.${createHmac('sha256', key).update(body).digest('base64url')}`;
    return `${body}.${createSign('sha256').update(body).sign({ key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  };
  const liar = http.createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, issuer);
    const json = (value) => response.setHeader('content-type', 'application/json').end(JSON.stringify(value));
    switch (pathname) {
      case '/.well-known/openid-configuration':
        return json({ issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/jwks`,
          response_types_supported: ['code'], subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['ES256', 'HS256', 'none'] });
      case '/jwks':
        return json({ keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'ES256' }] });
      case '/auth':
        nonce = searchParams.get('nonce');
        return response.writeHead(302, { location: `${searchParams.get('redirect_uri')}?state=${searchParams.get('state')}&code=any` }).end();
      default: {
        const now = Math.floor(Date.now() / 1000);
        const { header = {}, claims = {}, key = own.privateKey } = lie;
        const whole = { iss: issuer, sub: 'x', aud: client.id, exp: now + 60, iat: now, nonce, employee_id: 'lead-1', ...claims };
        return json({ access_token: 'a', token_type: 'Bearer', id_token: signed({ alg: 'ES256', kid: 'one', ...header }, whole, key) });
      }
    }
  }).listen(port, '127.0.0.1');
  const lied = await begin(port);
  try {
    const now = Math.floor(Date.now() / 1000);
    const pem = own.publicKey.export({ type: 'spki', format: 'pem' });
    const cases = [
      ['nothing is wrong', {}, true],
      ['another client', { claims: { aud: 'another' } }],
      ['another client, too', { claims: { aud: [client.id, 'another'] } }],
      ['another issuer', { claims: { iss: 'http://127.0.0.1:1' } }],
      ['another nonce', { claims: { nonce: 'another' } }],
      ['no nonce', { claims: { nonce: undefined } }],
      ['its time is over', { claims: { iat: now - 900, exp: now - 600 } }],
      ['another key', { key: other.privateKey }],
      ['signed by nobody', { header: { alg: 'none' } }],
      ['signed with the secret', { header: { alg: 'HS256', kid: undefined }, key: client.secret }],
      ['signed with the public key', { header: { alg: 'HS256' }, key: pem }],
      ['no claim', { claims: { employee_id: undefined } }],
      ['a claim that is no id', { claims: { employee_id: 'Anna Virtanen' } }],
      ['a claim of another kind', { claims: { employee_id: ['lead-1'] } }],
    ];
    const page = await visitor();
    await soon('the provider is known', async () => {
      await page.goto(`${lied.url}/sign-in`);
      return page.getByRole('button', { name: 'Sign in with your county account' }).isVisible();
    });
    for (const [what, told, enters = false] of cases) {
      lie = told;
      await page.context().clearCookies();
      const response = await page.goto(`${lied.url}/sign-in/provider`);
      assert.equal(there(page), enters ? '/desk' : '/sign-in/provider/return', `${what}: ${lied.said()}`);
      if (!enters) assert.equal(response.status(), 403, what);
      await page.goto(`${lied.url}/desk`);
      assert.equal(there(page), enters ? '/desk' : '/sign-in', what);
    }
    assert.doesNotMatch(lied.said(), /lead-1|Virtanen/, 'nobody is named in what the server says');
  } finally {
    liar.close();
    await end(lied.server);
  }
});

// The code that an authenticator shows, by RFC 6238.
function shown(secret, at = Date.now()) {
  const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(at / 30000)));
  const hash = createHmac('sha1', key).update(step).digest();
  const from = hash[19] & 15;
  return String((hash.readUInt32BE(from) & 0x7fffffff) % 1000000).padStart(6, '0');
}

test('an account is set up with its code, lets in with password and authenticator, and is taken away', async () => {
  const said = county.luotsi('account', 'add', 'anna', '--person', 'admin-1');
  const page = await visitor({ javaScriptEnabled: false });
  await page.goto(`${county.url}/sign-in`);
  await page.getByRole('link', { name: 'Set up your user name' }).click();
  const whole = await visitor();
  await whole.goto(page.url());
  await isWhole(whole);
  await page.fill('#name', 'anna');
  await page.fill('#given', said.split('\n')[0]);
  await page.getByRole('button', { name: 'Continue' }).click();
  const secret = (await page.locator('.secret').innerText()).replaceAll(' ', '');
  await page.fill('#code', shown(secret));
  await page.fill('#password', 'short');
  await page.getByRole('button', { name: 'Set up' }).click();
  assert.match(await page.locator('.errors').innerText(), /too short/);
  await page.fill('#code', shown(secret));
  await page.fill('#password', 'harmaa hirvi ui lammessa');
  await page.getByRole('button', { name: 'Set up' }).click();
  await page.goto(`${county.url}/admin/staff`);
  assert.equal(await heading(page), 'People and rights');
  await unfold(page);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL(`${county.url}/`);
  const enter = async (password, code) => {
    await page.goto(`${county.url}/sign-in?to=/admin/staff`);
    await page.fill('#name', 'Anna');
    await page.fill('#password', password);
    await page.fill('#code', code);
    await page.locator('form[action="/sign-in/account"] button').click();
    return there(page);
  };
  const next = shown(secret, Date.now() + 30000);
  assert.equal(await enter('harmaa hirvi ui joessa', next), '/sign-in/account');
  assert.equal(await page.inputValue('#name'), 'Anna');
  assert.equal(await enter('harmaa hirvi ui lammessa', next), '/admin/staff');
  county.luotsi('account', 'close', 'anna');
  await soon('signed out', async () => {
    await page.goto(`${county.url}/admin/staff`);
    return (await heading(page)) !== 'People and rights';
  });
  await page.goto(`${county.url}/sign-in`);
  assert.equal(await page.locator('form[action="/sign-in/account"]').count(), 0, 'nobody has one any more');
});
