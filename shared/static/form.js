// Makes forms kinder; without this file they work just the same.

/** Brings the reader to what went wrong, and each link in the summary to its field. */
function showErrors(summary) {
  summary.addEventListener('click', (event) => {
    const link = event.target.closest('a');
    // By id: the names of some fields hold dots and brackets, which mean something in a selector.
    const field = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.closest('.field')?.scrollIntoView({ block: 'center' });
  });
  summary.focus();
}

const PATIENCE = 5000; // milliseconds that a sent form waits for its puzzle
const onTheirWay = new Set();
const puzzles = new WeakMap();

/** Solves a form's puzzle while somebody fills it in; without a solution the form goes all the same. */
function startPuzzle(event) {
  const form = event.target.closest?.('form[data-challenge]');
  if (!form || puzzles.has(form)) return;
  const solved = import('./proof.js')
    .then(({ solve }) => solve(form.dataset.challenge))
    .then((solution) => { form.elements.altcha.value = solution; })
    .catch(() => {});
  puzzles.set(form, solved);
}

/** Sends the form once its puzzle is solved, or when that takes too long. */
async function sendSolved(form) {
  await Promise.race([puzzles.get(form), new Promise((done) => { setTimeout(done, PATIENCE); })]);
  form.submit();
}

/** Sends a form once: a second press while it is on its way does nothing. */
function sendOnce(event) {
  const form = event.target;
  // What is shown in a frame beside the form does not send it away.
  if (event.defaultPrevented || form.method !== 'post' || event.submitter?.formTarget) return;
  if (onTheirWay.has(form)) {
    event.preventDefault();
    return;
  }
  onTheirWay.add(form);
  event.submitter?.setAttribute('aria-disabled', 'true');
  const status = form.querySelector('.status');
  if (status) status.textContent = form.dataset.busy ?? '';
  if (!form.dataset.challenge || form.elements.altcha.value) return;
  event.preventDefault();
  startPuzzle(event);
  sendSolved(form);
}

/** The back button shows a page as it was left: its forms may be sent again. */
function allowAgain(event) {
  if (!event.persisted) return;
  for (const form of onTheirWay) {
    if (puzzles.delete(form)) form.elements.altcha.value = '';
    form.querySelector('[aria-disabled]')?.removeAttribute('aria-disabled');
    const status = form.querySelector('.status');
    if (status) status.textContent = '';
  }
  onTheirWay.clear();
}

const conditional = document.querySelector('form [data-when], form [data-audiences]');
if (conditional) import('./questions.js').then(({ followAnswers }) => followAnswers(conditional.closest('form')));
const summary = document.querySelector('.summary');
if (summary) showErrors(summary);
// On the document, so that an element that sends its form itself has been heard first.
document.addEventListener('submit', sendOnce);
for (const touch of ['focusin', 'input']) document.addEventListener(touch, startPuzzle);
addEventListener('pageshow', allowAgain);
// Signing out takes the names at the door off this phone, whichever page it is done on.
document.querySelector('form[action^="/beheer/uitloggen"]')?.addEventListener('submit', () => {
  indexedDB.deleteDatabase('plekken-deur-lijst');
  globalThis.caches?.delete('plekken-deur');
});
