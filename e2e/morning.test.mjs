// A nurse's morning with 117 waiting contacts: every one is reached, the newest too; what is typed is never lost; rows
// stay where they are while colleagues take theirs; the lead sees who has what and gives it to somebody else.
// LUOTSI_URL is the address of a demo county that is being served.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';

const url = process.env.LUOTSI_URL ?? 'http://127.0.0.1:8080';
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];
const WAITING = 117;

let browser;
before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
});
after(() => browser?.close());

const run = `${process.pid}-${Date.now()}`;

async function write(number, text, language = 'fi') {
  const body = { client_id: `morning-${run}-${number}`, channel: 'message', service: 'outpatient', language, text, anonymous: true };
  const answer = await fetch(`${url}/api/contacts`, { method: 'POST', body: JSON.stringify(body) });
  assert.equal(answer.status, 201, await answer.clone().text());
  const { contact, receipt, resume_code: code } = await answer.json();
  return { contact, receipt, code };
}

async function says(code, contact, text) {
  const address = `${url}/api/conversations/${contact}/messages/more-${text.length}`;
  const headers = { authorization: `Bearer ${code}` };
  const answer = await fetch(address, { method: 'PUT', headers, body: JSON.stringify({ text }) });
  assert.equal(answer.status, 201, await answer.text());
}

async function signedIn(role) {
  const page = await (await browser.newContext({ locale: 'fi-FI', viewport: { width: 1280, height: 900 } })).newPage();
  await page.goto(`${url}/sign-in`);
  await page.locator(`form:has(input[value="${role}"]) button`).click();
  await page.waitForURL('**/desk');
  return page;
}

const receipts = (page) => page.locator('.work__number').allInnerTexts();

// Opens a contact from the queue and takes it.
async function take(page, { receipt, contact }) {
  await page.goto(`${url}/desk?unit=digital-clinic&q=${receipt}`);
  await page.locator(`#claim-${receipt}`).click();
  await page.waitForURL(`**/desk/contacts/${contact}**`);
}

test('a nurse’s morning with 117 waiting contacts', { timeout: 120000 }, async (t) => {
  const poured = [];
  for (let number = 0; number < WAITING - 1; number += 1) {
    const language = number % 39 === 0 ? 'sv' : 'fi';
    poured.push(await write(number, `Aamun viesti ${number}: kurkku on kipeä ja nenä tukossa.`, language));
  }
  const last = await write(WAITING, 'Rintaa puristaa ja on vaikea hengittää.');
  const nurse = await signedIn('professional');
  const link = (name) => nurse.locator(`.lists a:has-text("${name}")`);

  await t.test('every one is reached, and nothing but fifty stands on a page', async () => {
    const seen = new Set();
    for (;;) {
      const shown = await receipts(nurse);
      assert.ok(shown.length <= 50, `${shown.length} rows`);
      shown.forEach((receipt) => seen.add(receipt));
      const next = nurse.locator('.pager a[rel="next"]');
      if ((await next.count()) === 0) break;
      await next.click();
    }
    const missing = [...poured, last].filter(({ receipt }) => !seen.has(receipt));
    assert.deepEqual(missing, []);
    // The county lives on: one more may have come since the first page.
    const count = Number(await link('Jonossa').locator('.count').innerText());
    assert.ok(count >= WAITING && Math.abs(count - seen.size) <= 3, `${count} said, ${seen.size} seen`);
  });

  await t.test('the newest is found, and Swedish is, and a number is', async () => {
    await nurse.goto(`${url}/desk`);
    await nurse.getByText('Rajaa', { exact: true }).click();
    await nurse.selectOption('#order', 'newest');
    await nurse.getByRole('button', { name: 'Näytä' }).click();
    await nurse.waitForURL('**order=newest**');
    assert.match(await nurse.locator(`.work__row:has-text("${last.receipt}")`).innerText(), /Rintaa puristaa ja on vaikea hengittää/);
    await nurse.goto(`${url}/desk?language=sv`);
    const rows = await nurse.locator('.work__row').allInnerTexts();
    assert.ok(rows.length >= 3 && rows.every((row) => row.includes('ruotsi')), rows.join('\n'));
    await nurse.goto(`${url}/desk`);
    await nurse.getByText('Rajaa', { exact: true }).click();
    await nurse.fill('#q', poured[60].receipt.toLowerCase().replace('-', ' '));
    await nurse.getByRole('button', { name: 'Näytä' }).click();
    await nurse.waitForURL('**q=**');
    assert.deepEqual(await receipts(nurse), [poured[60].receipt]);
  });

  await t.test('nothing is chosen beforehand, nothing typed is lost, answered and resolved is one act', async () => {
    await take(nurse, last);
    for (const field of ['outcome', 'unit', 'reason']) assert.equal(await nurse.locator(`#${field}`).inputValue(), '', field);
    await nurse.fill('#text', 'Soita heti 112.');
    await nurse.getByRole('button', { name: 'Merkitse valmiiksi vastaamatta' }).click();
    assert.match(await nurse.locator('.errors').innerText(), /Vastaustasi ei ole lähetetty/);
    assert.match(await nurse.title(), /^Virhe:/);
    assert.ok(await nurse.evaluate(() => document.activeElement.matches('.errors')), 'what is wrong has the focus');
    assert.equal(await nurse.inputValue('#text'), 'Soita heti 112.');
    await nurse.getByRole('button', { name: 'Lähetä vastaus ja merkitse valmiiksi' }).click();
    assert.match(await nurse.locator('.errors').innerText(), /Valitse, miten asia päättyi/);
    assert.equal(await nurse.getAttribute('#outcome', 'aria-invalid'), 'true');
    assert.equal(await nurse.inputValue('#text'), 'Soita heti 112.');
    await nurse.selectOption('#outcome', 'referred');
    await nurse.getByRole('button', { name: 'Lähetä vastaus ja merkitse valmiiksi' }).click();
    await nurse.waitForURL('**/desk?**');
    assert.match(await nurse.locator('.did').innerText(), new RegExp(`${last.receipt} on merkitty valmiiksi`));
    await link('Hoidetut').click();
    await nurse.locator(`.work__row:has-text("${last.receipt}")`).waitFor();
  });

  await t.test('what the resident opens again comes back to who knows it, marked and promised', async () => {
    await says(last.code, last.contact, 'Ei auttanut, olo paheni.');
    await nurse.goto(`${url}/desk?view=mine`);
    const row = await nurse.locator(`.work__row:has-text("${last.receipt}")`).innerText();
    assert.match(row, /Ei auttanut, olo paheni/);
    assert.match(row, /Avattu uudelleen/);
  });

  await t.test('rows stay where they are, and so does the focus', async () => {
    const colleague = await signedIn('professional');
    const rows = colleague.locator('.work__row');
    const [first, aimed] = [await rows.nth(0).getAttribute('id'), await rows.nth(3).getAttribute('id')];
    const button = colleague.locator(`#${aimed} button`);
    await button.focus();
    const before = await button.boundingBox();
    await nurse.goto(`${url}/desk`);
    await nurse.locator(`#${first} button`).click();
    await nurse.waitForURL('**/desk/contacts/**');
    await write('new', 'Uusi viesti kesken aamun.');
    await colleague.locator(`#${first}.work__row--gone`).waitFor({ timeout: 10000 });
    await colleague.locator('#live-news:visible').waitFor({ timeout: 10000 });
    assert.deepEqual(await button.boundingBox(), before, 'the row did not move under the pointer');
    assert.ok(await button.evaluate((it) => it === document.activeElement), 'the focus stays');
    await colleague.locator(`#${first} button`).click({ force: true });
    assert.match(colleague.url(), /\/desk$/, 'what a colleague took is not taken again');
    await colleague.locator('#live-news').click();
    await colleague.locator(`#${first}`).waitFor({ state: 'detached' });
    // Signed out, the list says so above everything.
    await colleague.context().clearCookies();
    await write('late', 'Vielä yksi viesti.');
    await colleague.locator('#signed-out:visible').waitFor({ timeout: 15000 });
    await colleague.context().close();
  });

  await t.test('the lead sees who has what, and gives it to another; who had it is told, and keeps what they wrote', async () => {
    const [mine, away] = [poured[70], poured[71]];
    const other = await signedIn('professional');
    await take(other, poured[80]);
    await take(nurse, mine);
    await nurse.fill('#text', 'Puoliksi kirjoitettu vastaus.');
    const lead = await signedIn('lead');
    await lead.goto(`${url}/desk?unit=digital-clinic&view=unit&q=${mine.receipt}`);
    await lead.locator('.work__row a').click();
    await lead.locator('summary', { hasText: 'Anna toiselle' }).click();
    const name = await other.evaluate(() => document.querySelector('#history').innerText.match(/Otti hoidettavaksi: (.*)/)[1]);
    assert.match(name, /^Sairaanhoitaja /, 'a name and a profession, no id');
    const option = lead.locator('#to option', { hasText: name });
    await lead.selectOption('#to', await option.first().getAttribute('value'));
    await lead.getByRole('button', { name: 'Anna toiselle' }).click();
    await lead.locator('.did').waitFor();
    await nurse.locator('#state').getByText('Yhteydenotto on annettu toiselle').waitFor({ timeout: 10000 });
    assert.equal(await nurse.inputValue('#kept-live'), 'Puoliksi kirjoitettu vastaus.');
    await other.goto(`${url}/desk?view=mine`);
    await other.locator(`.work__row:has-text("${mine.receipt}")`).waitFor();

    await take(nurse, away);
    await nurse.fill('#text', 'Toinen puolikas.');
    await lead.goto(`${url}/desk/contacts/${away.contact}`);
    await lead.locator('summary', { hasText: 'Siirrä toiseen' }).click();
    await lead.getByRole('button', { name: 'Siirrä toiseen' }).click();
    const wrong = await lead.locator('.errors li').allInnerTexts();
    assert.equal(wrong.length, 3, 'unit, reason and note are all asked for at once');
    await lead.selectOption('#unit', 'mental-clinic');
    await lead.selectOption('#reason', 'needs_expertise');
    await lead.fill('#note', 'Jaksaminen mietityttää.');
    await lead.getByRole('button', { name: 'Siirrä toiseen' }).click();
    await lead.waitForURL('**/desk?**');
    await nurse.locator('#state').getByText('Yhteydenotto on siirretty: Mielenterveysvastaanotto').waitFor({ timeout: 10000 });
    assert.equal(await nurse.inputValue('#kept-live'), 'Toinen puolikas.');
    // The same without a script: sent, it comes back with where the contact is.
    const answer = await nurse.request.post(`${url}/desk/contacts/${away.contact}/reply`, { form: { text: 'Toinen puolikas.' } });
    const text = await answer.text();
    assert.ok(text.includes('Toinen puolikas.') && text.includes('Mielenterveysvastaanotto'), text);
    assert.ok(!text.includes('Et ole enää kirjautuneena'), 'who has signed in is not told otherwise');
  });
});
