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

  let delivered = false;
  form?.addEventListener('submit', (event) => {
    if (delivered || !waiting().length) return;
    event.preventDefault();
    delivered = true;
    const task = () => deliver(form.dataset.consents);
    // Another tab may be sending. It is not waited for longer than a visitor would.
    const signal = AbortSignal.timeout(5000);
    const done = navigator.locks ? navigator.locks.request(KEY, { signal }, task) : task();
    done.catch(() => {}).finally(() => form.requestSubmit(event.submitter));
  });
})();
