// Makes forms kinder; without this file they work just the same.

/** Brings the reader to what went wrong, and each link in the summary to its field. */
function showErrors(summary) {
  summary.addEventListener('click', (event) => {
    const link = event.target.closest('a');
    const field = link && document.querySelector(link.hash);
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.closest('.field')?.scrollIntoView({ block: 'center' });
  });
  summary.focus();
}

const onTheirWay = new Set();

/** Sends a form once: a second press while it is on its way does nothing. */
function sendOnce(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method !== 'post') return;
  if (onTheirWay.has(form)) {
    event.preventDefault();
    return;
  }
  onTheirWay.add(form);
  event.submitter?.setAttribute('aria-disabled', 'true');
  const status = form.querySelector('.status');
  if (status) status.textContent = form.dataset.busy ?? '';
}

/** The back button shows a page as it was left: its forms may be sent again. */
function allowAgain(event) {
  if (!event.persisted) return;
  for (const form of onTheirWay) {
    form.querySelector('[aria-disabled]')?.removeAttribute('aria-disabled');
    const status = form.querySelector('.status');
    if (status) status.textContent = '';
  }
  onTheirWay.clear();
}

const summary = document.querySelector('.summary');
if (summary) showErrors(summary);
// On the document, so that an element that sends its form itself has been heard first.
document.addEventListener('submit', sendOnce);
addEventListener('pageshow', allowAgain);
