// A visit by video between two browsers with cameras and microphones of make-believe, on this machine alone: each sees the
// other's picture move, a connection that breaks comes back, a second window and a third person stay outside, messages go to
// the conversation, and where it fails the same visit goes on by telephone. LUOTSI_BIN is the program.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const program = process.env.LUOTSI_BIN ?? fileURLToPath(new URL('../target/debug/luotsi', import.meta.url));
const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const data = fs.mkdtempSync(path.join(os.tmpdir(), 'luotsi-video-'));
// Two windows of one browser are hidden from each other by names of the local network, which nothing here resolves.
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream',
  '--disable-features=WebRtcHideLocalIpsWithMdns', '--autoplay-policy=no-user-gesture-required'];
const begins = '2026-03-09T08:00';

let browser;
let server;
let url;
before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
  const words = ['demo', '--listen', '127.0.0.1:0', '--residents', '1000', '--seed', '7', '--now', begins, '--data', data];
  server = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'] });
  for await (const line of readline.createInterface({ input: server.stderr })) {
    url = line.match(/^serving on (.*)$/)?.[1];
    if (url) break;
  }
  server.stderr.resume();
  await clock(begins);
});
after(async () => {
  await browser?.close();
  server?.kill();
  fs.rmSync(data, { recursive: true, force: true });
});

async function clock(to) {
  const answer = await fetch(`${url}/demo/clock`, { method: 'POST', body: JSON.stringify({ to }) });
  assert.equal(answer.status, 200, await answer.text());
}

async function person(role, as, options = {}) {
  const context = await browser.newContext({ locale: 'fi-FI', viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  await signsIn(page, role, as);
  page.on('pageerror', (error) => { throw error; });
  return page;
}

// Also again: a clock that is moved ends sessions.
async function signsIn(page, role, as) {
  const answer = await page.context().request.post(`${url}/sign-in`, { form: { role, as } });
  assert.ok(answer.ok(), `${role} ${as}`);
}

// The page that is open, for a phone and for a desk: axe finds nothing, and nothing is wider than it.
async function sound(page) {
  const runOnly = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  await page.evaluate(axe);
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    const found = await page.evaluate((runOnly) => window.axe.run(document, { runOnly }), runOnly);
    assert.deepEqual(found.violations.map((it) => `${it.id}: ${it.nodes[0].html.slice(0, 160)}`), [], `${page.url()} ${width}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(wide <= 0, `${page.url()} is ${wide} px wider than the window`);
  }
}

// That the picture of the other side is there and moves, and that their voice came along.
async function sees(page) {
  const other = page.locator('#video-other');
  await page.waitForFunction(() => document.getElementById('video-other').videoWidth > 0, null, { timeout: 30000 });
  const at = () => other.evaluate((video) => [video.currentTime, video.getVideoPlaybackQuality().totalVideoFrames]);
  const [time, frames] = await at();
  await page.waitForFunction(([time, frames]) => {
    const video = document.getElementById('video-other');
    return video.currentTime > time && video.getVideoPlaybackQuality().totalVideoFrames > frames;
  }, [time, frames], { timeout: 15000 });
  const kinds = await other.evaluate((video) => video.srcObject.getTracks().map((track) => track.kind).sort());
  assert.deepEqual(kinds, ['audio', 'video']);
}

const starts = (page) => page.getByRole('button', { name: 'Käynnistä kamera ja mikrofoni' }).click();

// A resident writes, and a nurse of the digital clinic books a video visit with themselves for them; its id.
async function booked(resident, nurse, clock) {
  await resident.goto(`${url}/contact/new?lang=fi`);
  await resident.check('#service-0');
  await resident.fill('#text', 'Kurkku on kipeä.');
  await resident.locator('form.letter button[type=submit]:not([name]):not([formaction])').click();
  await resident.waitForURL(/contact\/thread\?id=/);
  const contact = new URL(resident.url()).searchParams.get('id');
  await nurse.goto(`${url}/desk/contacts/${contact}`);
  await nurse.locator('#act-claim').click();
  await nurse.goto(`${url}/book/digital-nurse?kind=talk&way=video&lang=fi&contact=${contact}`);
  await nurse.getByRole('button', { name: new RegExp(`${clock}.*Sairaanhoitaja 1$`) }).first().click();
  await nurse.locator('#book').click();
  await nurse.getByText('Aika on varattu.').waitFor();
  await nurse.goto(`${url}/desk/calendar`);
  await nurse.locator('a[href^="/desk/appointments/"]', { hasText: await named(resident) }).first().click();
  await nurse.waitForURL(/desk\/appointments\/[0-9a-f-]+/);
  return new URL(nurse.url()).pathname.split('/').at(-1);
}

const named = async (resident) => (await resident.locator('.who summary').innerText()).split(',')[0].trim();

test('two browsers meet, lose each other and meet again, and go on by telephone', { timeout: 300000 }, async () => {
  const resident = await person('resident', 'aino');
  const nurse = await person('professional', 'nurse@digital-clinic');
  const id = await booked(resident, nurse, '9.30');

  // Before the beginning: the person tries camera and microphone.
  await resident.goto(`${url}/matters/${id}`);
  await resident.getByRole('button', { name: 'Kokeile kameraa ja ääntä' }).click();
  await resident.getByText('Videohuone aukeaa').waitFor();
  await sound(resident);
  await starts(resident);
  await resident.waitForFunction(() => document.getElementById('video-own').videoWidth > 0);
  await resident.waitForFunction(() => document.getElementById('video-level').value > 0, null, { timeout: 15000 });
  await sound(resident);
  await resident.getByRole('button', { name: 'Lopeta kokeilu' }).click();
  assert.equal(await resident.locator('#video-own').evaluate((video) => video.srcObject), null, 'the camera is off again');

  // The waiting room, from a quarter of an hour before.
  await clock('2026-03-09T09:16');
  await signsIn(resident, 'resident', 'aino');
  await resident.goto(`${url}/video/${id}`);
  await resident.getByText('Ammattilainen ei ole vielä paikalla').waitFor();
  await sound(resident);
  await signsIn(nurse, 'professional', 'nurse@digital-clinic');
  await nurse.goto(`${url}/desk/appointments/${id}`);
  await nurse.getByRole('button', { name: 'Avaa videohuone' }).click();
  await nurse.getByText('Asiakas on paikalla').waitFor();
  await resident.getByText('Ammattilainen on paikalla').waitFor();
  await sound(nurse);

  // Pictures and voices arrive on both sides.
  await starts(resident);
  await starts(nurse);
  await sees(resident);
  await sees(nurse);
  await resident.getByText('Yhteys on auki.').waitFor();
  await sound(resident);
  await resident.screenshot({ path: path.join(process.env.PICTURES ?? data, 'video-resident.png') });
  await nurse.screenshot({ path: path.join(process.env.PICTURES ?? data, 'video-nurse.png') });
  await resident.getByRole('button', { name: 'Mykistä mikrofoni' }).click();
  assert.deepEqual(await resident.locator('#video-own').evaluate((video) => video.srcObject.getAudioTracks().map((it) => it.enabled)), [false]);
  await resident.getByRole('button', { name: 'Avaa mikrofoni' }).click();

  // A second window of the same person takes nothing along unasked; the picture goes on in the first.
  const second = await resident.context().newPage();
  await second.goto(`${url}/video/${id}`);
  await second.getByText('Video on auki toisessa ikkunassasi.').waitFor({ timeout: 15000 });
  await sees(resident);
  await second.close();

  // The page is loaded anew, as after a fall of the browser: they meet again.
  await resident.reload();
  await nurse.getByText('Asiakas on paikalla').waitFor();
  await starts(resident);
  await sees(resident);
  await sees(nurse);

  // The network goes away and comes back: the picture goes on by itself.
  await nurse.context().setOffline(true);
  await nurse.waitForTimeout(1500);
  await nurse.context().setOffline(false);
  await sees(resident);
  await sees(nurse);

  // A stranger with the address, and the address after the end.
  const stranger = await person('resident', 'paavo');
  assert.equal((await stranger.goto(`${url}/video/${id}`)).status(), 404);
  await stranger.context().close();

  // Where it fails the same visit goes on by telephone; the number is the professional's alone.
  await resident.getByRole('button', { name: 'Jatka puhelimella' }).click();
  await resident.getByLabel('Puhelinnumero, johon soitamme').fill('045 000 0001');
  await sound(resident);
  await resident.getByRole('button', { name: 'Jatka puhelimella' }).click();
  await resident.getByText('Ammattilainen soittaa sinulle.').waitFor();
  assert.equal(await resident.getByText('000 0001').count(), 0);
  await nurse.getByText('Soita asiakkaalle.').waitFor({ timeout: 15000 });
  assert.match(await nurse.locator('main a[href^="tel:"]').getAttribute('href'), /0001$/);
  await sound(nurse);
  await nurse.context().close();
  await resident.context().close();
});

test('a contact goes on by video and by its messages, and ends for both', { timeout: 300000 }, async () => {
  const resident = await person('resident', 'aino');
  await resident.goto(`${url}/contact/new`);
  await resident.check('#service-0');
  await resident.fill('#text', 'Kurkku on kipeä.');
  await resident.getByRole('button', { name: 'Lähetä viesti' }).click();
  await resident.waitForURL(/contact\/thread\?id=/);
  const id = new URL(resident.url()).searchParams.get('id');
  const nurse = await person('professional', 'nurse@digital-clinic');
  await nurse.goto(`${url}/desk/contacts/${id}`);
  await nurse.locator('#act-claim').click();
  await nurse.locator('#act-video').click();
  await nurse.waitForURL(`**/video/${id}`);
  // It arrives on the page that the resident has open.
  await resident.getByRole('button', { name: 'Siirry videohuoneeseen' }).click({ timeout: 15000 });
  await resident.waitForURL(`**/video/${id}`);
  await starts(nurse);
  await starts(resident);
  await sees(nurse);
  await sees(resident);
  await sound(nurse);
  await sound(resident);
  // Messages of the visit go to the conversation, and no page is loaded for them: the picture goes on.
  await resident.fill('#text', 'Kuuluuko ääni?');
  await resident.getByRole('button', { name: 'Lähetä', exact: true }).click();
  await nurse.locator('#messages').getByText('Kuuluuko ääni?').waitFor({ timeout: 15000 });
  await nurse.fill('#text', 'Kuuluu hyvin.');
  await nurse.getByRole('button', { name: 'Lähetä viesti' }).click();
  await resident.locator('#messages').getByText('Kuuluu hyvin.').waitFor({ timeout: 15000 });
  await sees(nurse);
  await sees(resident);
  await nurse.getByRole('button', { name: 'Päätä videotapaaminen' }).click();
  await resident.getByText('Videohuone ei ole auki.').waitFor({ timeout: 15000 });
  assert.equal(await resident.locator('#room').count(), 0);
  await nurse.context().close();
  await resident.context().close();
});

test('without a script, and without WebRTC, the page says what to do', { timeout: 300000 }, async () => {
  const resident = await person('resident', 'tuula', { javaScriptEnabled: false });
  const nurse = await person('professional', 'nurse@digital-clinic');
  const id = await booked(resident, nurse, '10.30');
  await nurse.context().close();
  await clock('2026-03-09T10:20');
  await signsIn(resident, 'resident', 'tuula');
  await resident.goto(`${url}/video/${id}`);
  for (const text of ['Ammattilainen ei ole vielä paikalla', 'Videotapaaminen ei toimi tässä selaimessa.', 'Salli JavaScript']) {
    assert.ok(await resident.getByText(text).first().isVisible(), text);
  }
  assert.ok(await resident.getByRole('button', { name: 'Jatka puhelimella' }).isVisible());
  assert.ok(!(await resident.getByRole('button', { name: 'Käynnistä kamera ja mikrofoni' }).isVisible()));
  await resident.context().close();
  const old = await person('resident', 'tuula');
  await old.addInitScript(() => { delete window.RTCPeerConnection; });
  await old.goto(`${url}/video/${id}`);
  await old.getByText('Tämä selain ei pysty videotapaamiseen.').waitFor();
  await sound(old);
  await old.context().close();
});
