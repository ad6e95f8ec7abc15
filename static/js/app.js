// Behaviour of every page: menu, keyboard, fragments that could not be fetched.
// No inline handler, no style set from here, no dialog. Pages work without it.
'use strict';

const KEYS_OFF = 'tc-keys-off';
const body = document.body;
const keyBar = document.querySelector('.key-bar');

// ---- menu of narrow windows, lists that open over the page ------------------------------------
const menu = document.querySelector('.menu-button');
menu?.addEventListener('click', () => {
  const open = document.querySelector('.side-nav').classList.toggle('is-open');
  menu.setAttribute('aria-expanded', String(open));
});

const overlays = [...document.querySelectorAll('.user-menu, .key-help')];
function closeOverlays(except) {
  for (const overlay of overlays) if (overlay !== except) overlay.open = false;
}
document.addEventListener('click', (event) => closeOverlays(event.target.closest('.user-menu, .key-help')));

// ---- switch for single-key shortcuts (WCAG 2.1.4), remembered on this computer ----------------
const keySwitch = keyBar?.querySelector('.key-switch');
function showKeySwitch() {
  const off = keyBar.hasAttribute('data-off');
  keySwitch.setAttribute('aria-pressed', String(!off));
  keySwitch.textContent = off ? 'キー操作を入れる' : 'キー操作を切る';
}
function remembered() {
  try {
    return localStorage.getItem(KEYS_OFF) === '1';
  } catch {
    return false; // storage forbidden: the switch still works for this page
  }
}
if (keySwitch) {
  keyBar.toggleAttribute('data-off', remembered());
  showKeySwitch();
  keySwitch.addEventListener('click', () => {
    const off = keyBar.toggleAttribute('data-off');
    showKeySwitch();
    try {
      localStorage.setItem(KEYS_OFF, off ? '1' : '0');
    } catch {
      /* see remembered() */
    }
  });
}

// ---- keys ---------------------------------------------------------------------------------------
const rows = () => [...document.querySelectorAll('tr[aria-selected]')];
function moveSelection(step) {
  const list = rows();
  if (!list.length) return false;
  const at = list.findIndex((row) => row.getAttribute('aria-selected') === 'true');
  const next = list[at < 0 ? 0 : Math.min(list.length - 1, Math.max(0, at + step))];
  list[at]?.setAttribute('aria-selected', 'false');
  next.setAttribute('aria-selected', 'true');
  (next.querySelector('a, button') ?? next).focus();
  return true;
}

function press(key) {
  if (key === '?') {
    const help = keyBar.querySelector('.key-help');
    help.open = !help.open;
    if (help.open) help.querySelector('summary').focus();
    return true;
  }
  if (key === '/') {
    const field = document.querySelector('#q');
    field?.focus();
    field?.select();
    return Boolean(field);
  }
  // A key of the selected row comes before the same key of the page.
  const name = `[data-key="${CSS.escape(key)}"]`;
  const target = document.querySelector(`tr[aria-selected="true"] ${name}`) ?? document.querySelector(name);
  if (target) {
    if (target.matches('input, select, textarea')) target.focus();
    if (!target.matches('select, textarea')) target.click();
    return true;
  }
  if (key === 'j') return moveSelection(1);
  if (key === 'k') return moveSelection(-1);
  return false;
}

document.addEventListener('keydown', (event) => {
  if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === 'Escape') {
    const open = overlays.find((overlay) => overlay.open);
    closeOverlays();
    if (open) open.querySelector('summary').focus();
    else if (event.target.closest('input, textarea, select')) event.target.blur();
    return;
  }
  if (event.target.closest('input:not([type="radio"], [type="checkbox"]), textarea, select, [contenteditable]')) return;
  if (!keyBar || keyBar.hasAttribute('data-off')) return;
  if (press(event.key.toLowerCase())) event.preventDefault();
});

// ---- people found while typing: arrows go through them, leaving the field puts them away -------------
const typed = document.querySelector('#typed');
const searching = typed?.closest('form');
searching?.addEventListener('keydown', (event) => {
  if (event.isComposing || !['ArrowDown', 'ArrowUp', 'Escape'].includes(event.key)) return;
  if (event.key === 'Escape') {
    typed.replaceChildren();
    return;
  }
  const links = [...typed.querySelectorAll('a')];
  if (!links.length) return;
  event.preventDefault();
  const next = links.indexOf(document.activeElement) + (event.key === 'ArrowDown' ? 1 : -1);
  (links[Math.min(next, links.length - 1)] ?? searching.querySelector('#q')).focus();
});
searching?.addEventListener('focusout', (event) => {
  if (!searching.contains(event.relatedTarget)) typed.replaceChildren();
});
searching?.addEventListener('submit', () => document.querySelector('#q').dispatchEvent(new Event('htmx:abort')));

// ---- rows chosen by pointer -----------------------------------------------------------------------
document.addEventListener('click', (event) => {
  const row = event.target.closest('tr[aria-selected]');
  if (!row) return;
  for (const other of rows()) other.setAttribute('aria-selected', String(other === row));
});

// ---- a button pressed once is enough ----------------------------------------------------------------
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.getAttribute('method')?.toLowerCase() !== 'post' || form.hasAttribute('hx-post')) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = '1';
  setTimeout(() => delete form.dataset.sent, 3000); // a download leaves the page where it is
});

// ---- panels of other apps: say what happened and offer the next step --------------------------------
function refuse(panel, reason) {
  panel.removeAttribute('aria-busy');
  panel.querySelector('.panel__head .soft').textContent = reason;
}
document.addEventListener('htmx:responseError', (event) => {
  const panel = event.target.closest('.panel--fetch');
  const status = event.detail.xhr.status;
  if (panel && (status === 403 || status === 404)) panel.remove();
  else if (panel) refuse(panel, '読み込めませんでした。下のリンクから開いてください。');
});
document.addEventListener('htmx:sendError', (event) => {
  const panel = event.target.closest('.panel--fetch');
  if (panel) refuse(panel, 'サーバーに届きません。少し待ってから開き直してください。');
});
// All panels come in one answer; what it did not bring stays where it is, with its own link.
document.addEventListener('htmx:afterRequest', (event) => {
  if (!event.target.matches('[data-panels]')) return;
  for (const panel of document.querySelectorAll('.panel--fetch[aria-busy]')) {
    refuse(panel, '読み込めませんでした。下のリンクから開いてください。');
  }
});

body.dataset.ready = '1';
