// The form of the log (form.log), wherever it appears: what an outcome proposes, ready words, leaving it.
// Without this script the words are put in and the step is proposed by the server.
'use strict';

function propose(form, name, value) {
  const field = form.elements[name];
  if (!field || !value) return;
  // Only what nobody typed is filled in, and what was filled in before is filled in anew.
  if (field.value && field.value !== field.dataset.proposed) return;
  field.value = value;
  field.dataset.proposed = value;
}

document.addEventListener('change', (event) => {
  const choice = event.target;
  if (choice.name !== 'outcome' || !choice.dataset.step) return;
  const form = choice.closest('form.log');
  if (!form) return;
  propose(form, 'next_step', choice.dataset.step);
  propose(form, 'next_due_on', choice.dataset.due);
});

document.addEventListener('click', (event) => {
  const word = event.target.closest('form.log [data-insert]');
  if (word) {
    event.preventDefault();
    const text = word.closest('form').elements.text;
    text.setRangeText(word.dataset.insert, text.selectionStart, text.selectionEnd, 'end');
    return;
  }
  const leave = event.target.closest('[data-log-close]');
  if (leave) {
    event.preventDefault();
    leave.closest('.panel').remove();
    document.querySelector('#main').focus();
  }
});
