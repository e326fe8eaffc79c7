// Visits by video: camera and microphone, and the connection of two browsers. Pictures and voices go from one to the other; the
// server carries the signals by which they find each other. Without a script the page says what to do instead.
(() => {
  'use strict';
  const byId = (id) => document.getElementById(id);
  const room = byId('room');
  if (!room) return;
  const words = JSON.parse(room.dataset.words);
  const meets = room.dataset.room === 'meet';
  const [ask, status, instead, pictures, controls, other, own] =
    ['ask', 'status', 'instead', 'pictures', 'controls', 'other', 'own'].map((name) => byId(`video-${name}`));
  const say = (key) => { status.textContent = words[key] ?? ''; };
  room.hidden = false;
  ['video-plain', 'video-messages'].forEach((id) => byId(id)?.remove());
  document.querySelectorAll('[data-in-room]').forEach((form) => { form.hidden = false; });
  if (!navigator.mediaDevices?.getUserMedia || !window.RTCPeerConnection) { ask.hidden = true; say('unable'); return; }

  // This window, as the server tells it from others of the same person.
  const tab = crypto.randomUUID();
  let media = null;
  let source = null;
  let peer = null;
  let meeting = 0;
  let present = false;
  let stuck;

  const post = async (word) => {
    const response = await fetch(room.dataset.signals, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ tab, ...word }),
    });
    return response.ok;
  };
  const tell = (word) => post(word).catch(() => false);

  // A button in the place of the pictures, by what it says.
  let pressed = null;
  const offer = (what, act) => {
    instead.hidden = false;
    byId('video-again').textContent = byId('video-again').dataset[what];
    pressed = act;
  };
  byId('video-again').addEventListener('click', () => { instead.hidden = true; say(''); pressed?.(); });

  const hangUp = () => {
    clearTimeout(stuck);
    peer?.close();
    peer = null;
    if (other) other.srcObject = null;
    pictures.classList.remove('pictures--met');
  };

  // Asks for the connection to be made anew; the server tells both, once.
  const again = () => { if (peer && meeting) tell({ again: meeting }); };

  // The other has gone, and no picture comes any more: this side waits.
  const left = () => {
    if (present || peer?.connectionState === 'connected') return;
    hangUp();
    if (media) say('connecting');
  };

  const connect = (offers) => {
    hangUp();
    say('connecting');
    const connection = new RTCPeerConnection({ iceServers: JSON.parse(room.dataset.ice) });
    const number = meeting;
    const send = (data) => tell({ meeting: number, data });
    peer = connection;
    media.getTracks().forEach((track) => connection.addTrack(track, media));
    // Whoever comes without a camera sees the other all the same.
    if (offers && media.getVideoTracks().length === 0) connection.addTransceiver('video', { direction: 'recvonly' });
    connection.ontrack = ({ streams }) => { [other.srcObject] = streams; };
    connection.onicecandidate = ({ candidate }) => { if (candidate) send({ candidate }); };
    connection.onconnectionstatechange = () => {
      if (peer !== connection) return;
      const is = connection.connectionState;
      if (is === 'connected') { clearTimeout(stuck); say('connected'); pictures.classList.add('pictures--met'); }
      if (is === 'disconnected' || is === 'failed') { say('lost'); left(); }
      if (is === 'failed') again();
    };
    // A signal may be lost with a stream that breaks: one that leads to nothing is asked for again.
    stuck = setTimeout(() => { if (connection.connectionState !== 'connected') again(); }, 15000);
    if (offers) connection.setLocalDescription().then(() => send({ description: connection.localDescription })).catch(again);
  };

  // Candidates that come before the description they belong to wait for it.
  let early = [];
  const hear = async ({ description, candidate }) => {
    const connection = peer;
    if (description) {
      await connection.setRemoteDescription(description);
      for (const it of early.splice(0)) await connection.addIceCandidate(it);
      if (description.type !== 'offer') return;
      await connection.setLocalDescription();
      tell({ meeting, data: { description: connection.localDescription } });
    } else if (candidate) {
      if (connection.remoteDescription) await connection.addIceCandidate(candidate);
      else early.push(candidate);
    }
  };

  const listen = (moves) => {
    source?.close();
    const started = Date.now();
    const here = source = new EventSource(`${room.dataset.signals}?tab=${tab}${moves ? '&moves=1' : ''}`);
    const on = (name, heard) => here.addEventListener(name, (event) => { if (source === here) heard(JSON.parse(event.data)); });
    const leave = () => { here.close(); if (source === here) source = null; };
    on('here', (now) => {
      present = now.here;
      const there = byId('video-there');
      there.textContent = present ? there.dataset.here : there.dataset.away;
      there.classList.toggle('there--here', present);
      if (media) tell({ ready: true });
      // A stream that breaks for a moment takes no picture away.
      if (!present) setTimeout(left, 4000);
    });
    on('meet', (now) => {
      if (!media || (now.meeting === meeting && peer && !['failed', 'closed'].includes(peer.connectionState))) return;
      meeting = now.meeting;
      early = [];
      connect(now.offers);
    });
    on('signal', (now) => { if (peer && now.meeting === meeting) hear(now.data).catch(again); });
    on('moved', () => { leave(); stop(); say('elsewhere'); offer('moves', () => listen(true)); });
    on('taken', (now) => {
      leave();
      // The stream of a page that was loaded anew may end a moment after.
      if (now.own && Date.now() - opened < 3000) { setTimeout(listen, 700, false); return; }
      say(now.own ? 'elsewhere' : 'full');
      ask.hidden = true;
      if (now.own) offer('moves', () => { ask.hidden = Boolean(media); listen(true); });
    });
    on('over', () => {
      leave();
      stop();
      const typed = [...document.querySelectorAll('textarea')].some((box) => box.value.trim() !== '');
      if (typed) { ask.hidden = true; say('closed'); } else location.reload();
    });
    here.onerror = () => {
      if (here.readyState !== EventSource.CLOSED || source !== here) return;
      setTimeout(() => { if (source === here) listen(false); }, Date.now() - started < 5000 ? 10000 : 2000);
    };
  };
  const opened = Date.now();

  const stop = () => {
    hangUp();
    meeting = 0;
    media?.getTracks().forEach((track) => track.stop());
    media = null;
    own.srcObject = null;
    pictures.hidden = controls.hidden = true;
    ask.hidden = false;
    byId('video-level-of')?.setAttribute('hidden', '');
  };

  // How loud it is, for whoever tries the microphone.
  const measure = (stream) => {
    const [meter, of] = [byId('video-level'), byId('video-level-of')];
    if (!meter) return;
    of.hidden = false;
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    const levels = new Uint8Array(analyser.fftSize);
    context.createMediaStreamSource(stream).connect(analyser);
    const look = () => {
      if (media !== stream) { context.close(); return; }
      analyser.getByteTimeDomainData(levels);
      meter.value = Math.min(1, levels.reduce((most, it) => Math.max(most, Math.abs(it - 128)), 0) / 64);
      setTimeout(look, 150);
    };
    look();
  };

  const label = (button, is, on, off) => { button.textContent = words[is ? on : off]; };
  const start = async (video) => {
    try {
      media = await navigator.mediaDevices.getUserMedia({ audio: true, video });
    } catch (error) {
      say(error.name === 'NotFoundError' || error.name === 'OverconstrainedError' ? 'none' : 'refused');
      return;
    }
    ask.hidden = true;
    pictures.hidden = controls.hidden = false;
    own.hidden = !video;
    own.srcObject = media;
    byId('video-camera').hidden = !video;
    label(byId('video-mute'), true, 'mute', 'unmute');
    label(byId('video-camera'), true, 'camera-off', 'camera-on');
    say(meets ? 'connecting' : 'trying');
    byId('video-mute').focus();
    if (!meets) measure(media);
    else if (source) tell({ ready: true });
    else listen(false);
  };
  byId('video-start').addEventListener('click', () => start(true));
  byId('video-sound').addEventListener('click', () => start(false));
  const toggle = (button, tracks, on, off) => byId(button).addEventListener('click', () => {
    const is = tracks().map((track) => { track.enabled = !track.enabled; return track.enabled; }).every(Boolean);
    label(byId(button), is, on, off);
  });
  toggle('video-mute', () => media?.getAudioTracks() ?? [], 'mute', 'unmute');
  toggle('video-camera', () => media?.getVideoTracks() ?? [], 'camera-off', 'camera-on');
  byId('video-leave').addEventListener('click', () => {
    stop();
    if (!meets) { say(''); byId('video-start').focus(); return; }
    source?.close();
    source = null;
    ask.hidden = true;
    say('left');
    offer('back', () => { ask.hidden = false; byId('video-start').focus(); listen(false); });
    byId('video-again').focus();
  });

  if (meets) {
    listen(false);
    addEventListener('pagehide', () => { source?.close(); hangUp(); });
    addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });
  }
})();
