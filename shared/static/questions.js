// Shows a question only to whom it counts for; without this file its own words say so.

/** Whether the question that `part` holds counts, with what the form says now. */
function counts(part, form, given) {
  const { audiences, when, answers } = part.dataset;
  if (audiences && !audiences.split(' ').includes(given.get('doelgroep'))) return false;
  if (!when) return true;
  const asked = form.querySelector(`[name="${when}"]`)?.closest('[data-when], [data-audiences]');
  return !asked?.hidden && given.getAll(when).some((value) => answers.split(' ').includes(value));
}

/** What was typed stays when a question hides; the server drops what does not count. */
export function followAnswers(form) {
  // A form that cannot be filled in shows everything.
  if (form.querySelector('fieldset:disabled') || form.closest('fieldset:disabled')) return;
  const show = () => {
    const given = new FormData(form);
    // In the order of the page: one that hides takes along those that depend on it.
    for (const part of form.querySelectorAll('[data-when], [data-audiences]')) part.hidden = !counts(part, form, given);
  };
  form.addEventListener('change', show);
  addEventListener('pageshow', show); // the back button brings back what was chosen
  show();
}
