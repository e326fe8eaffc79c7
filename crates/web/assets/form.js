// Forms. What is typed about a matter is kept on the server, for its author; a first message, of which nobody is the
// author yet, stays in this tab until it has arrived. A box says how much it takes. Forms work without it.
(() => {
  'use strict';
  const key = (name) => `draft:${name}`;
  const read = (name) => { try { return JSON.parse(sessionStorage.getItem(key(name))); } catch { return null; } };
  const keep = (name, draft) => { try { sessionStorage.setItem(key(name), JSON.stringify(draft)); } catch { /* no room: the form still works */ } };
  const forget = (name) => { try { sessionStorage.removeItem(key(name)); } catch { /* nothing was kept */ } };

  document.querySelectorAll('[data-arrived]').forEach((arrived) => forget(arrived.dataset.arrived));
  document.querySelectorAll('form[data-forget]').forEach((form) => form.addEventListener('submit', () => forget(form.dataset.forget)));

  // A sent text has arrived when it stands in the conversation. Until then it may have been lost on the way.
  const letters = (text) => text.replace(/\s+/g, '');
  const hasArrived = (draft) => {
    const last = [...document.querySelectorAll('.message--own .message__text')].at(-1);
    return Boolean(last) && letters(last.textContent) === letters(draft.text);
  };

  document.querySelectorAll('form[data-draft]').forEach((form) => {
    const name = form.dataset.draft;
    const { text, client_id: id, shown_to: shownTo } = form.elements;
    const draft = read(name);
    const fits = draft && (draft.shownTo === (shownTo?.value ?? '') || draft.shownTo === 'anonymous');
    if (draft?.sent && hasArrived(draft)) {
      forget(name);
    } else if (fits && text.value === '') {
      text.value = draft.text;
      if (draft.shownTo === (shownTo?.value ?? '')) id.value = draft.id;
      form.querySelectorAll('[name=service]').forEach((service) => { service.checked = service.value === draft.service; });
    }
    const note = (sent) => keep(name, {
      id: id.value, shownTo: shownTo?.value ?? '', text: text.value, service: new FormData(form).get('service'), sent,
    });
    form.addEventListener('input', () => note(false));
    form.addEventListener('change', () => note(false));
    form.addEventListener('submit', (event) => {
      const shows = event.submitter?.name === 'show';
      note(!shows);
      if (shows || navigator.onLine) return;
      event.preventDefault();
      const status = form.querySelector('[data-offline]');
      if (status) status.textContent = status.dataset.offline;
      addEventListener('online', () => form.requestSubmit(), { once: true });
    });
  });

  // Kept two seconds after the last letter, and when the page is left; nothing of it stays on this device.
  document.querySelectorAll('form[data-save]').forEach((form) => {
    const saved = document.getElementById('saved');
    let timer;
    let asked;
    const save = async (leaving) => {
      clearTimeout(timer);
      timer = undefined;
      const body = new URLSearchParams(new FormData(form));
      body.set('later', '1');
      body.set('script', '1');
      asked = new AbortController();
      try {
        const answer = await fetch(form.dataset.save, { method: 'POST', body, keepalive: leaving, signal: asked.signal });
        if (!answer.ok) throw new Error(`status ${answer.status}`);
        const said = document.getElementById('saved');
        if (said) said.textContent = await answer.text();
      } catch (error) {
        if (error.name !== 'AbortError' && saved) saved.textContent = saved.dataset.lost;
      }
    };
    document.addEventListener('input', (event) => {
      if (event.target.form !== form || !event.target.matches('textarea')) return;
      clearTimeout(timer);
      timer = setTimeout(save, 2000, false);
    });
    document.addEventListener('visibilitychange', () => { if (timer && document.visibilityState === 'hidden') save(true); });
    // What is being sent is no draft any more.
    form.addEventListener('submit', (event) => {
      clearTimeout(timer);
      timer = undefined;
      asked?.abort();
      if (event.submitter?.name === 'show' || navigator.onLine) return;
      event.preventDefault();
      const status = form.querySelector('[data-offline]') ?? saved;
      if (status) status.textContent = status.dataset.offline ?? status.dataset.lost;
      addEventListener('online', () => form.requestSubmit(event.submitter), { once: true });
    });
  });

  // A ready answer goes where the cursor stands.
  document.addEventListener('click', (event) => {
    const button = event.target.closest('[data-insert]');
    const chosen = button && document.getElementById(button.dataset.insert)?.selectedOptions[0];
    const box = button && document.getElementById(button.dataset.into);
    if (!chosen?.dataset.text || !box) return;
    event.preventDefault();
    box.focus();
    const [start, end] = [box.selectionStart, box.selectionEnd];
    const before = box.value.slice(0, start);
    const gap = before === '' || /\s$/.test(before) ? '' : '\n\n';
    box.setRangeText(gap + chosen.dataset.text, start, end, 'end');
    box.dispatchEvent(new Event('input', { bubbles: true }));
  });

  // An answer as text messages: the same rule as `operations::contacts::sms::length`.
  document.querySelectorAll('[data-sms]').forEach((box) => {
    const text = document.getElementById('text');
    if (!text) return;
    const double = '^{}\\[~]|€';
    const usual = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà";
    const isUsual = (it) => /[0-9A-Za-z]/.test(it) || usual.includes(it) || double.includes(it);
    const show = () => {
      const letters = [...text.value.trim()];
      const wide = !letters.every(isUsual);
      const takes = letters.map((it) => (wide ? it.length : double.includes(it) ? 2 : 1));
      const places = takes.reduce((sum, it) => sum + it, 0);
      const [one, each] = wide ? [70, 67] : [160, 153];
      let [parts, left] = [letters.length ? 1 : 0, each];
      if (places > one) {
        takes.forEach((it) => {
          if (it > left) [parts, left] = [parts + 1, each];
          left -= it;
        });
      }
      box.querySelector('[name=parts]').value = parts;
      const words = parts > 1 ? box.dataset.many.replace('§', parts) : box.dataset.one;
      box.querySelector('[data-said]').textContent = words.replace('#', places);
      box.querySelector('[data-wide]').hidden = !wide;
    };
    text.addEventListener('input', show);
    show();
  });

  // From nine tenths on: counting everybody's words from the first would only make them hurry.
  document.querySelectorAll('[data-most]').forEach((count) => {
    const box = count.parentElement.querySelector('textarea');
    const most = Number(count.dataset.most);
    const show = () => {
      const left = most - [...box.value.trim()].length;
      const words = left < 0 ? count.dataset.over : count.dataset.left;
      count.textContent = left > most / 10 ? '' : words.replace('#', Math.abs(left));
      count.classList.toggle('count--over', left < 0);
    };
    box.addEventListener('input', show);
    show();
  });

  document.querySelectorAll('button[data-copy]').forEach((button) => {
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
      button.textContent = button.dataset.done;
    });
  });
})();
