// What pages gain where scripts run; all of them work without.

/** A changed filter shows its list at once. */
function submitOnChange() {
  for (const form of document.querySelectorAll('form[data-submit="change"]')) {
    form.addEventListener('change', (event) => {
      if (event.target instanceof HTMLSelectElement) /** @type {HTMLFormElement} */ (form).requestSubmit();
    });
    form.addEventListener('submit', () => dropEmpty(/** @type {HTMLFormElement} */ (form)));
  }
}

/** Keeps addresses short: what was not chosen is not sent. @param {HTMLFormElement} form */
function dropEmpty(form) {
  const fields = [...form.elements].filter(
    (field) => (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) && !field.value,
  );
  for (const field of fields) /** @type {HTMLInputElement} */ (field).disabled = true;
  setTimeout(() => fields.forEach((field) => (/** @type {HTMLInputElement} */ (field).disabled = false)));
}

/** What is to be copied: a field's text, or a receipt's rows as lines. @param {Element} list */
function rowsAsText(list) {
  if (list instanceof HTMLTextAreaElement) return list.value;
  return [...list.querySelectorAll(':scope > div')]
    .map((row) => `${row.querySelector('dt')?.textContent}: ${row.querySelector('dd')?.textContent}`)
    .join('\n');
}

function offerCopy() {
  for (const button of document.querySelectorAll('button[data-copy]')) {
    const source = document.getElementById(button.getAttribute('data-copy') ?? '');
    if (!source || !navigator.clipboard || !(button instanceof HTMLButtonElement)) continue;
    button.hidden = false;
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(rowsAsText(source));
      button.textContent = button.dataset.done ?? '';
    });
  }
}

function offerPrint() {
  for (const button of document.querySelectorAll('button[data-print]')) {
    /** @type {HTMLButtonElement} */ (button).hidden = false;
    button.addEventListener('click', () => window.print());
  }
}

/** After any page, the form opens without a network; a reader who saves data is spared. */
function prepareForm() {
  const { connection } = /** @type {{connection?: {saveData?: boolean}}} */ (/** @type {unknown} */ (navigator));
  if (!('serviceWorker' in navigator) || connection?.saveData) return;
  const register = () => navigator.serviceWorker.register('/sw.js', { type: 'module' }).catch(() => {});
  addEventListener('load', () => setTimeout(register, 3000)); // what the reader came for goes first
}

submitOnChange();
offerCopy();
offerPrint();
prepareForm();
document.getElementById('alert')?.focus();
