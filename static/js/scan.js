// A field for a scanner (form[data-scan]). Scanners are faster than answers: what was read is taken out of the field at
// once and sent one after the other, with the other fields as they were then; the cursor never leaves.
'use strict';

const form = document.querySelector('form[data-scan]');
const field = form?.querySelector('[name="mark"]');
const waiting = [];
let sending = null;

function next() {
  if (sending || !waiting.length) return;
  sending = waiting.shift();
  htmx.ajax('POST', form.action, { source: form, target: '#scan-said', swap: 'innerHTML', values: sending });
}

function lost() {
  // What was read goes back into the field: nobody has confirmed it.
  const note = document.createElement('p');
  note.className = 'scan-said scan-said--care';
  note.textContent = '✗ サーバーに届きません。いまの番号は登録されていません。つながってから、もう一度 Enter を押してください。';
  document.getElementById('scan-said').replaceChildren(note);
  field.value = sending.mark;
  field.select();
}

if (form) {
  field.focus();
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    waiting.push(Object.fromEntries(new FormData(form)));
    field.value = '';
    field.focus();
    next();
  });
  form.addEventListener('htmx:afterRequest', (event) => {
    const arrived = event.detail.successful;
    if (!arrived) lost();
    sending = null;
    if (arrived) next();
  });
}
