// Forms. Typed text stays in this tab until it has arrived; a box says how much it takes. Forms work without it.
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
