// Live progress (components/progress.html): rests while nobody looks, speaks seldom, says when the server is away.
'use strict';

const SPEAK_EVERY_PERCENT = 10;
const announcer = document.getElementById('announcer');
const live = () => document.getElementById('progress-live');
let spoken = -SPEAK_EVERY_PERCENT;

function speak() {
  const box = live();
  if (!box) return;
  const percent = Number(box.dataset.percent);
  if (percent < spoken + SPEAK_EVERY_PERCENT && !('finished' in box.dataset)) return;
  spoken = percent;
  announcer.textContent = box.dataset.announce;
}

document.addEventListener('htmx:beforeRequest', (event) => {
  if (document.hidden && event.target.closest('#progress-live')) event.preventDefault();
});

function lost(event) {
  if (!event.target.closest('#progress-live')) return;
  const note = live().querySelector('.progress-live__lost');
  if (note.hidden) announcer.textContent = note.textContent;
  note.hidden = false;
}
document.addEventListener('htmx:sendError', lost);
document.addEventListener('htmx:responseError', lost);

document.addEventListener('htmx:afterSwap', () => {
  speak();
  // The end of a run changes the whole page (steps, certificate, buttons): load it once.
  if (live()?.hasAttribute('data-finished')) window.location.reload();
});
