// Tells two minutes before a log-in ends for idleness, and lets it go on (WCAG 2.2.1). The server decides; this only tells.
// Windows of one person share when one of them last asked the server for something.
'use strict';

const SEEN = 'tc-seen-at';
const BEFORE = 120; // seconds
const note = document.querySelector('.idle-note');

function seenAt(moment) {
  try {
    if (moment) localStorage.setItem(SEEN, String(moment));
    return Number(localStorage.getItem(SEEN)) || moment;
  } catch {
    return moment ?? opened; // storage forbidden: this window knows of itself only
  }
}

const opened = Date.now();

function look() {
  const idle = (Date.now() - seenAt()) / 1000;
  const left = Number(note.dataset.idleSeconds) - idle;
  if (left > BEFORE) {
    note.replaceChildren();
  } else if (left > 0 && !note.hasChildNodes()) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'btn btn-primary btn--small';
    button.textContent = '続ける';
    button.addEventListener('click', goOn);
    note.append('操作がないため、まもなくログアウトします。書きかけのものは消えます。', button);
  } else if (left <= 0) {
    const link = document.createElement('a');
    link.href = note.dataset.logIn;
    link.textContent = 'ログイン画面へ';
    note.replaceChildren('ログインが終わりました。', link);
  }
}

async function goOn() {
  const token = JSON.parse(document.body.getAttribute('hx-headers'))['X-CSRFToken'];
  const answer = await fetch(note.dataset.stillHere, { method: 'POST', headers: { 'X-CSRFToken': token } });
  if (answer.status === 204) {
    seenAt(Date.now());
    look();
  }
}

if (note) {
  seenAt(opened);
  document.body.addEventListener('htmx:afterRequest', (event) => {
    if (!event.detail.pathInfo?.requestPath.includes('/progress/')) seenAt(Date.now());
  });
  setInterval(look, 15000);
}
