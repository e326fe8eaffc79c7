// Live arrival. Everything else works without it: pages are whole as the server sends them, forms are plain forms.
(() => {
  'use strict';
  const status = document.getElementById('live-status');
  const say = (text) => { if (status) status.textContent = text ?? ''; };

  // The page as it is now. What the server shows is shown; nothing is put together here.
  const fetched = async () => {
    const address = document.querySelector('[data-page]')?.dataset.page ?? location.href;
    const response = await fetch(address, { headers: { accept: 'text/html' } });
    if (!response.ok || response.redirected) throw new Error(`status ${response.status}`);
    return new DOMParser().parseFromString(await response.text(), 'text/html');
  };

  // One refresh at a time, and one more after it when something came meanwhile.
  const oneAtATime = (work) => {
    let running = false;
    let again = false;
    return async () => {
      again = true;
      if (running) return;
      running = true;
      while (again) {
        again = false;
        try { await work(); } catch { say(status?.dataset.lost); }
      }
      running = false;
    };
  };

  const listen = (address, names, refresh) => {
    const source = new EventSource(address);
    names.forEach((name) => source.addEventListener(name, refresh));
    source.onopen = () => { say(''); refresh(); };
    source.onerror = () => say(status?.dataset.lost);
    addEventListener('pagehide', () => source.close());
  };

  const thread = document.querySelector('[data-live]');
  if (thread) {
    const list = document.getElementById('messages');
    const refresh = oneAtATime(async () => {
      const page = await fetched();
      const known = new Set([...list.children].map((item) => item.dataset.seq));
      const items = [...(page.getElementById('messages')?.children ?? [])].filter((item) => !known.has(item.dataset.seq));
      items.forEach((item) => list.append(item));
      const state = page.getElementById('state');
      if (state) document.getElementById('state').replaceChildren(...state.childNodes);
      // What stands on a page that is looked at has been seen; what somebody is writing stays as it is.
      const last = document.visibilityState === 'visible' && list.lastElementChild?.dataset.seq;
      if (last) document.querySelectorAll('[data-seen]').forEach((field) => { field.value = last; });
      if (items.some((item) => item.classList.contains('message') && !item.classList.contains('message--own'))) say(status?.dataset.new);
    });
    listen(thread.dataset.live, ['message', 'state'], refresh);
  }

  const queue = document.querySelector('[data-live-queue]');
  if (queue) {
    const refresh = oneAtATime(async () => {
      const fresh = (await fetched()).getElementById('queue');
      if (!fresh || fresh.innerHTML === queue.innerHTML) return;
      const focused = document.activeElement?.closest('#queue') ? document.activeElement.getAttribute('href') : null;
      queue.replaceChildren(...fresh.childNodes);
      if (focused) queue.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
      say(status?.dataset.new);
    });
    listen(queue.dataset.liveQueue, ['queue'], refresh);
  }
})();
