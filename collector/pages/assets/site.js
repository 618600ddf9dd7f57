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

/** The receipt's rows as lines of text. @param {Element} list */
function rowsAsText(list) {
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

submitOnChange();
offerCopy();
offerPrint();
document.getElementById('alert')?.focus();
