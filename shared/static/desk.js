// Makes the desk's lists quicker; without this file they work just the same.

const MOST_ROWS = 10; // of each service's results

/** One box that chooses every row of a list; it shows when only some are chosen. */
function chooseAll(box) {
  const rows = [...document.querySelectorAll(`input[type=checkbox][form="${box.dataset.all}"]`)];
  if (!rows.length) return;
  box.closest('label').hidden = false;
  const show = () => {
    const count = rows.filter((row) => row.checked).length;
    box.checked = count === rows.length;
    box.indeterminate = count > 0 && count < rows.length;
  };
  box.addEventListener('change', () => {
    for (const row of rows) row.checked = box.checked;
  });
  for (const row of rows) row.addEventListener('change', show);
  show();
}

/** Shows the first results of a service under its heading; the link to all of them stays. */
async function showResults(part) {
  const status = part.querySelector('.status');
  status.textContent = part.dataset.busy;
  try {
    const answer = await fetch(part.dataset.results, { credentials: 'same-origin' });
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const found = page.querySelector('.content table.rows, .content .empty');
    if (found) part.append(document.adoptNode(tidied(found)));
    status.textContent = '';
  } catch {
    status.textContent = part.dataset.failed;
  }
}

/** The first rows to look at: what can be pressed stays on its own page. */
function tidied(found) {
  const rows = [...(found.rows ?? [])];
  if (found.querySelector('.pick')) for (const row of rows) row.lastElementChild.remove();
  for (const row of rows.slice(MOST_ROWS + 1)) row.remove();
  for (const one of found.querySelectorAll('form, button, input, script')) one.remove();
  return found;
}

/** Copies what stands in a field; the button shows only where a script may do that. */
function offerCopy(button) {
  if (!navigator.clipboard) return;
  const field = document.getElementById(button.dataset.copy);
  button.parentElement.hidden = false;
  button.addEventListener('click', async () => {
    field.select();
    await navigator.clipboard.writeText(field.value);
    button.parentElement.querySelector('.status').textContent = button.dataset.done;
  });
}

for (const box of document.querySelectorAll('[data-all]')) chooseAll(box);
for (const part of document.querySelectorAll('[data-results]')) showResults(part);
for (const button of document.querySelectorAll('[data-copy]')) offerCopy(button);
