// The form on the settings page is the visitor's newest word. What the banner could not deliver yet was said
// before it, and must not be delivered after it: it goes out first, and what cannot go out is overtaken. Until the
// form has its answer its word waits in that place: if no answer comes, the site's own pages send it, once.
// Without this script the form works as it is; without scripts there is nothing that waits.
(() => {
  const KEY = 'koek-outbox';
  const form = document.querySelector('form.choice');
  // After these, sending it again cannot help.
  const DEFINITIVE = [201, 400, 409, 413, 415, 422];

  // What was said longer ago than any choice is valid counts no more. An id begins with its time.
  const counts = (one) => Date.now() - parseInt(`${one?.id}`.replace('-', ''), 16) < 156e8;

  function waiting() {
    try {
      const list = JSON.parse(localStorage.getItem(KEY) ?? '[]');
      return Array.isArray(list) ? list.filter(counts) : [];
    } catch {
      return [];
    }
  }

  function keep(list) {
    if (list.length) localStorage.setItem(KEY, JSON.stringify(list));
    else localStorage.removeItem(KEY);
  }

  const without = (gone) => keep(waiting().filter((one) => !gone.some(({ id }) => id === one.id)));

  // Sends these in their order, until one gets no definite answer.
  async function deliver(list) {
    for (const decision of list) {
      const status = await fetch(form.dataset.consents, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(decision),
        signal: AbortSignal.timeout(5000),
      }).then((answer) => answer.status, () => 0);
      if (!DEFINITIVE.includes(status)) return;
      without([decision]);
    }
  }

  // Another tab may be sending. It is not waited for longer than a visitor would.
  function alone(task) {
    const signal = AbortSignal.timeout(5000);
    return (navigator.locks ? navigator.locks.request(KEY, { signal }, task) : task()).catch(() => {});
  }

  // What the form says, as the banner would send it, with the form's own id: the same click, whichever comes first.
  // Nothing where a question was left open: that is no word yet.
  function said(control) {
    const fields = new FormData(form);
    const names = new Set([...form.elements].map((one) => one.name).filter((name) => name.startsWith('choice.')));
    const answer = (name) => (control === 'save' ? fields.get(name) : control === 'accept' ? 'yes' : 'no');
    const answers = [...names].map((name) => [name.slice('choice.'.length), answer(name)]);
    if (!control || answers.some(([, one]) => !one)) return undefined;
    const [id, site, notice] = ['id', 'site', 'notice'].map((name) => fields.get(name));
    const choices = Object.fromEntries(answers.map(([purpose, one]) => [purpose, one === 'yes']));
    return { id, site, notice, language: document.documentElement.lang, layer: 'page', control, actor: 'person', choices };
  }

  // Writes down what the form says as the last word; what it said before, and got no answer to, is this same click.
  function note(control) {
    const word = said(control);
    if (word) keep([...waiting().filter(({ id }) => id !== word.id), word]);
    return word;
  }

  let busy = false;
  let ready = false;
  let pressed;
  form?.addEventListener('submit', (event) => {
    if (ready) return;
    pressed = event.submitter;
    if (!busy && !waiting().length) return;
    const word = note(pressed?.value);
    // While what was said before goes out, the newest press counts.
    if (busy) return event.preventDefault();
    const before = word ? waiting().filter(({ id }) => id !== word.id) : [];
    if (!before.length) return;
    event.preventDefault();
    busy = true;
    alone(() => deliver(before)).finally(() => {
      without(before);
      note(pressed?.value);
      busy = false;
      ready = true;
      form.requestSubmit(pressed);
      ready = false;
    });
  });

  // The form has had its answer: what it said is recorded, or never will be. Both are known when it is sent again.
  if (form && (/[?&]saved=/.test(location.search) || document.querySelector('[role=alert]'))) alone(() => deliver(waiting()));
})();
