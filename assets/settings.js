// The form on the settings page is the visitor's newest word. What the banner could not deliver yet was said
// before it, and must not be delivered after it: it goes out first, and what cannot go out is overtaken.
// Without this script the form works as it is; without scripts there is nothing that waits.
(() => {
  const KEY = 'koek-outbox';
  const form = document.querySelector('form.choice');

  function waiting() {
    try {
      const list = JSON.parse(localStorage.getItem(KEY) ?? '[]');
      return Array.isArray(list) ? list : [];
    } catch {
      return [];
    }
  }

  async function deliver(address) {
    for (const decision of waiting()) {
      try {
        await fetch(address, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(decision),
          signal: AbortSignal.timeout(5000),
        });
      } catch {
        // Not delivered, and no longer the last word.
      }
    }
    localStorage.removeItem(KEY);
  }

  form?.addEventListener('submit', (event) => {
    if (!waiting().length) return;
    event.preventDefault();
    const task = () => deliver(form.dataset.consents);
    const done = navigator.locks ? navigator.locks.request(KEY, task) : task();
    done.finally(() => form.requestSubmit(event.submitter));
  });
})();
