// Live arrival. Everything else works without it: pages are whole as the server sends them, forms are plain forms.
(() => {
  'use strict';
  const byId = (id) => document.getElementById(id);
  const status = byId('live-status');
  const say = (text) => { if (status) status.textContent = text ?? ''; };

  // Nobody is signed in here any more: said above everything, and nothing that was typed is touched.
  const over = () => {
    const note = byId('signed-out');
    if (!note) { say(status?.dataset.lost); return; }
    say('');
    note.hidden = false;
    document.body.classList.add('is-old');
  };

  // The page as it is now, as the server shows it; nothing is put together here.
  const fetched = async (address) => {
    const response = await fetch(address, { headers: { accept: 'text/html' } });
    if (response.redirected && new URL(response.url).pathname === '/sign-in') { over(); return null; }
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    if (!response.ok && !page.getElementById('gone')) throw new Error(`status ${response.status}`);
    return page;
  };

  // One refresh at a time, at most one in a second, and one more after it when something came meanwhile.
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
        await new Promise((done) => { setTimeout(done, 1000); });
      }
      running = false;
    };
  };

  const listen = (address, events) => {
    let source;
    const refresh = Object.values(events)[0];
    const open = () => {
      source = new EventSource(address);
      Object.entries(events).forEach(([name, heard]) => source.addEventListener(name, heard));
      source.onopen = () => { say(''); refresh(); };
      source.onerror = () => {
        say(status?.dataset.lost);
        // It may be the session that is over; the page says so when it is asked for.
        refresh();
        if (source.readyState === EventSource.CLOSED) setTimeout(open, 10000);
      };
    };
    open();
    addEventListener('pagehide', () => source.close());
    // A browser that kept the page shows it again as it was: what came meanwhile is fetched.
    addEventListener('pageshow', (event) => { if (event.persisted) open(); });
  };

  // Puts a newer part of the page in place of an older one. All that was typed or chosen stays, and so does the focus.
  const renew = (part, fresh) => {
    const fields = [...part.querySelectorAll('textarea, select')].filter((field) => field.value !== '');
    const focused = part.contains(document.activeElement) ? document.activeElement : null;
    const open = [...part.querySelectorAll('details')].map((it) => it.open);
    const cursor = focused?.selectionStart;
    part.replaceChildren(...fresh.childNodes);
    part.dataset.fresh = fresh.dataset.fresh ?? '';
    [...part.querySelectorAll('details')].forEach((it, at) => { it.open = it.open || open[at]; });
    fields.forEach((field) => {
      const now = byId(field.id);
      if (now && part.contains(now)) now.value = field.value;
      else if (field.matches('textarea')) keep(field.value);
    });
    const again = focused && byId(focused.id);
    if (again && part.contains(again)) {
      again.focus();
      if (cursor !== undefined && again.setSelectionRange) again.setSelectionRange(cursor, cursor);
    }
  };

  // Keeps a text for which there is no field any more.
  const keep = (text) => {
    const kept = byId('kept');
    if (!kept) return;
    const field = kept.querySelector('textarea');
    field.value = field.value ? `${field.value}\n\n${text}` : text;
    kept.hidden = false;
  };

  const thread = document.querySelector('[data-live]');
  if (thread) {
    const list = byId('messages');
    const seen = () => {
      // All that stands on a page that is looked at has been seen; a text that somebody is writing stays as it is.
      const last = document.visibilityState === 'visible' && list.lastElementChild?.dataset.seq;
      if (last) document.querySelectorAll('[data-seen]').forEach((field) => { field.value = Math.max(field.value, last); });
    };
    const takeOver = (page) => {
      const gone = page.getElementById('gone');
      if (gone) {
        byId('state').replaceChildren(...gone.childNodes);
        for (const id of ['acts', 'more']) {
          const part = byId(id);
          if (part) renew(part, document.createElement('div'));
        }
        return;
      }
      const known = new Set([...list.children].map((item) => item.dataset.seq));
      const items = [...(page.getElementById('messages')?.children ?? [])].filter((item) => !known.has(item.dataset.seq));
      items.forEach((item) => list.append(item));
      for (const id of ['state', 'parts', 'acts', 'more']) {
        const [part, fresh] = [byId(id), page.getElementById(id)];
        if (part && fresh && (!part.dataset.fresh || part.dataset.fresh !== fresh.dataset.fresh)) renew(part, fresh);
      }
      const history = page.getElementById('history');
      if (history) byId('history').replaceChildren(...history.childNodes);
      seen();
      const came = items.some((item) => item.classList.contains('message') && !item.classList.contains('message--own'));
      say(came ? status?.dataset.new : '');
      if (came) tell();
    };
    const refresh = oneAtATime(async () => {
      const page = await fetched(thread.dataset.page);
      if (page) takeOver(page);
    });

    // Who is there: what was seen and that somebody writes, told at most every three seconds, and kept nowhere.
    const signals = thread.dataset.live.replace(/messages\?.*$/, 'presence');
    let told = 0;
    const tell = (writing = false) => {
      const last = document.visibilityState === 'visible' ? Number(list.lastElementChild?.dataset.seq ?? 0) : 0;
      told = Date.now();
      fetch(signals, {
        method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ writing, read: last }), keepalive: true,
      }).catch(() => { /* the other side sees it a moment later */ });
    };
    let colleagues = Number(byId('colleagues')?.dataset.count ?? 0);
    const others = (event) => {
      const now = JSON.parse(event.data);
      const there = byId('there');
      if (there) {
        there.textContent = now.writes ? there.dataset.writes : now.here ? there.dataset.here : there.dataset.away;
        there.classList.toggle('there--here', now.here);
      }
      const own = [...list.querySelectorAll('.message--own')].filter((item) => Number(item.dataset.seq) <= now.read).at(-1);
      if (own && !own.querySelector('.message__read')) {
        list.querySelectorAll('.message__read').forEach((mark) => mark.remove());
        own.insertAdjacentHTML('beforeend', '<p class="message__read"></p>');
        own.querySelector('.message__read').textContent = list.dataset.read;
      }
      // Their names come with the page.
      if (now.colleagues !== colleagues) { colleagues = now.colleagues; refresh(); }
    };
    document.addEventListener('input', (event) => {
      if (event.target.id === 'text' && event.target.form?.matches('[data-chat]') && Date.now() - told > 3000) tell(true);
    });
    document.addEventListener('visibilitychange', () => { seen(); tell(); });

    // In a chat a message goes without the page being loaded anew. Whatever stands in its way, the form is sent as it is: its
    // name sees to it that it counts once.
    document.addEventListener('submit', async (event) => {
      const form = event.target;
      const sends = event.submitter?.matches('[data-send]') ?? true;
      if (!form.matches('[data-chat]') || !sends || !navigator.onLine || event.defaultPrevented) return;
      event.preventDefault();
      const box = form.elements.text;
      const text = box.value;
      const address = event.submitter?.formAction || form.action;
      try {
        const response = await fetch(address, { method: 'POST', body: new URLSearchParams(new FormData(form)) });
        const page = new DOMParser().parseFromString(await response.text(), 'text/html');
        const fresh = page.getElementById(form.id);
        if (!response.ok || !fresh || page.getElementById('wrong')) throw new Error(`status ${response.status}`);
        if (box.value === text) box.value = '';
        form.elements.client_id.value = fresh.elements.client_id.value;
        takeOver(page);
        list.lastElementChild?.scrollIntoView({ block: 'nearest' });
        box.focus();
      } catch {
        if (event.submitter?.formAction) form.action = event.submitter.formAction;
        form.submit();
      }
    });
    document.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.target.id !== 'text') return;
      event.target.form?.querySelector('[data-send]')?.click();
    });
    listen(thread.dataset.live, { message: refresh, state: refresh, file: refresh, presence: others });
    // The parts of a contact that was split have streams of their own.
    (thread.dataset.beside?.split(' ') ?? []).forEach((part) => listen(part, { message: refresh, state: refresh, file: refresh }));
    tell();
  }

  // A small part of the page that changes by what others do: asked for again while somebody looks.
  setInterval(async () => {
    const part = document.querySelector('[data-again]');
    if (!part || document.visibilityState === 'hidden') return;
    part.dataset.due ??= Date.now() + Number(part.dataset.again) * 1000;
    if (Number(part.dataset.due) > Date.now()) return;
    try {
      const page = await fetched(part.dataset.from);
      const [now, fresh] = [byId(part.id), page?.getElementById(part.id)];
      if (now && fresh && now.innerHTML !== fresh.innerHTML) now.replaceChildren(...fresh.childNodes);
      if (now && !fresh && page) now.remove();
      if (now) now.dataset.due = Date.now() + Number(now.dataset.again) * 1000;
    } catch { /* the next time will tell */ }
  }, 1000);

  // A list stays as it is until somebody asks for what is new: no row moves under the pointer, and no focus is lost.
  const queue = document.querySelector('[data-live-queue]');
  if (queue) {
    const news = byId('live-news');
    const title = document.title;
    const keys = (list) => new Set((list.dataset.known ?? '').split(' ').filter(Boolean));
    let newest = null;
    const refresh = oneAtATime(async () => {
      const page = await fetched(location.href);
      if (!page) return;
      newest = page.getElementById('list');
      if (!newest) return;
      const [had, has] = [keys(queue), keys(newest)];
      const count = [...has].filter((key) => !had.has(key)).length;
      news.hidden = count === 0;
      news.textContent = count === 1 ? news.dataset.one : news.dataset.many.replace('%n', count);
      document.title = count ? `(${count}) ${title}` : title;
      const numbers = new Set([...has].map((key) => key.split(':')[0]));
      queue.querySelectorAll('[data-key]').forEach((row) => {
        const taken = !numbers.has(row.dataset.key.split(':')[0]);
        if (taken === row.classList.contains('work__row--gone')) return;
        row.classList.toggle('work__row--gone', taken);
        // The button keeps its place and the focus, and does nothing.
        row.querySelectorAll('button').forEach((button) => button.setAttribute('aria-disabled', taken));
        const note = row.querySelector('.work__taken');
        if (taken && !note) row.querySelector('.work__tags').insertAdjacentHTML('beforeend', '<strong class="tag work__taken"></strong>');
        if (taken) row.querySelector('.work__taken').textContent = status?.dataset.taken ?? '';
        else note?.remove();
      });
    });
    queue.addEventListener('submit', (event) => {
      if (event.submitter?.getAttribute('aria-disabled') === 'true') event.preventDefault();
    });
    news?.addEventListener('click', () => {
      if (!newest) return;
      queue.replaceChildren(...newest.childNodes);
      queue.dataset.known = newest.dataset.known ?? '';
      news.hidden = true;
      document.title = title;
      queue.querySelector('.work__link')?.focus();
    });
    listen(queue.dataset.liveQueue, { queue: refresh });
  }
})();
