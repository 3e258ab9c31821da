// Makes forms kinder; without this file they work just the same.

/** Brings the reader to what went wrong, and each link in the summary to its field. */
function showErrors(summary) {
  summary.addEventListener('click', (event) => {
    const target = document.querySelector(event.target.closest('a')?.hash || null);
    if (!target) return;
    event.preventDefault();
    target.focus();
    target.closest('.field')?.scrollIntoView({ block: 'center' });
  });
  summary.focus();
}

/** Sends a form once: a second click while it is on its way does nothing. */
function sendOnce(form) {
  const status = form.querySelector('.status');
  let sent = false;
  form.addEventListener('submit', (event) => {
    if (sent) { event.preventDefault(); return; }
    sent = true;
    event.submitter?.setAttribute('aria-disabled', 'true');
    if (status && form.dataset.busy) status.textContent = form.dataset.busy;
  });
  // The browser's back button shows the page as it was left: allow sending again.
  addEventListener('pageshow', (event) => {
    if (!event.persisted) return;
    sent = false;
    form.querySelector('[aria-disabled]')?.removeAttribute('aria-disabled');
    if (status) status.textContent = '';
  });
}

const summary = document.querySelector('.summary');
if (summary) showErrors(summary);
for (const form of document.querySelectorAll('form[method=post]')) sendOnce(form);
