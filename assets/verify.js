// Verifies a receipt or a download on this device: what is handed in goes nowhere. The work is done by a WebAssembly
// module made from the server's own code, which imports nothing and so can reach nothing. In a page that was saved
// as a file, module and key are in the page itself.
(() => {
  const form = document.querySelector('#verify');
  const verdict = document.querySelector('#verdict');
  const field = (id) => form.querySelector(`#${id}`);
  const words = document.querySelector('#words').content;
  const word = (key) => words.querySelector(`[data-word="${key}"]`)?.textContent ?? '';

  const el = (tag, attributes, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  };

  async function bytes() {
    const inside = document.querySelector('#verifier')?.textContent;
    if (inside) return Uint8Array.from(atob(inside.trim()), (letter) => letter.charCodeAt(0));
    const answer = await fetch(form.dataset.verifier);
    if (!answer.ok) throw new Error(answer.statusText);
    return answer.arrayBuffer();
  }

  async function load() {
    const { instance } = await WebAssembly.instantiate(await bytes());
    return instance.exports;
  }

  function verify(verifier, given) {
    given.forEach((content, place) => {
      const at = verifier.room(place, content.length);
      new Uint8Array(verifier.memory.buffer, at, content.length).set(content);
    });
    const at = verifier.verify();
    return JSON.parse(new TextDecoder().decode(new Uint8Array(verifier.memory.buffer, at, verifier.length())));
  }

  const list = (title, sentences, lang) =>
    sentences?.length
      ? [el('h3', {}, word(title)), el('ul', { lang }, ...sentences.map((one) => el('li', {}, one)))]
      : [];

  function facts({ record, reference }) {
    if (!record) return [];
    const language = document.documentElement.lang;
    // As the receipt's own page has it, wherever it is read.
    const zone = { dateStyle: 'long', timeStyle: 'short', timeZone: 'Europe/Amsterdam' };
    const time = new Date(record.time).toLocaleString(language, zone);
    const name = (id) => (word(`purpose.${id}`) ? `${word(`purpose.${id}`)} (${id})` : id);
    const choices = Object.entries(record.choices ?? {}).map(([id, yes]) => `${name(id)}: ${word(yes ? 'yes' : 'no')}`);
    const rows = [
      ['time', time],
      ['reference', reference],
      ['choices', choices.join(', ')],
    ].filter(([, value]) => value);
    return [el('dl', { class: 'facts' }, ...rows.map(([key, value]) => el('div', {}, el('dt', {}, word(key)), el('dd', {}, value))))];
  }

  function show(result) {
    const { outcome, kind } = result;
    // The sentences in the language of the page, where the verifier has them.
    const own = document.documentElement.lang;
    const [lang, { why, proved, unproved }] = result[own] ? [own, result[own]] : ['en', result];
    const right = outcome === 'right';
    verdict.replaceChildren(
      el(
        'div',
        { class: right ? 'notice' : 'error' },
        el('h2', {}, word(right ? `right_${kind}` : outcome)),
        ...(right ? [el('p', {}, word('limit'))] : []),
        ...(why ? [el('h3', {}, word('why')), el('p', { lang }, why)] : []),
        ...facts(result),
        ...list('proved', proved, lang),
        ...list('unproved', unproved, lang),
      ),
    );
    verdict.scrollIntoView({ block: 'nearest' });
  }

  const tell = (key) => verdict.replaceChildren(el('p', {}, word(key)));

  async function given() {
    const text = (id) => new TextEncoder().encode(field(id).value);
    const [file] = field('file').files;
    const content = file ? new Uint8Array(await file.arrayBuffer()) : text('text');
    return content.length ? [content, text('key'), text('checkpoint')] : undefined;
  }

  async function start() {
    let verifier;
    try {
      verifier = await load();
    } catch {
      document.querySelector('#blocked').hidden = false;
      return;
    }
    form.hidden = false;
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      const content = await given();
      if (!content) return tell('empty');
      tell('busy');
      // One turn for the browser to say so.
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      try {
        show(verify(verifier, content));
      } catch {
        // Out of memory, most likely: begin with a fresh one.
        tell('unreadable');
        verifier = await load();
      }
    });
    // A file may be dropped anywhere: the browser would open it in place of this page.
    document.addEventListener('dragover', (event) => event.preventDefault());
    document.addEventListener('drop', (event) => {
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      field('file').files = event.dataTransfer.files;
      form.requestSubmit();
    });
    // The newest of the two counts: who pastes a text means that, and not the file chosen before.
    field('text').addEventListener('input', () => (field('file').value = ''));
    if (form.dataset.key) {
      const answer = await fetch(form.dataset.key).catch(() => undefined);
      if (answer?.ok && !field('key').value) field('key').value = (await answer.text()).trim();
    }
  }

  start();
})();
