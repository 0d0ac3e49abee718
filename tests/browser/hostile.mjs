/** Style sheets of pages that would change the widget, and how what it looks like is told. */

/** Everything that is computed for elements of the widget, and where they are. */
export const look = (page, ids) =>
  page.evaluate(
    (all) =>
      all.map((id) => {
        const one = document.querySelector(id);
        const { x, y, width, height } = one.getBoundingClientRect();
        const style = getComputedStyle(one);
        const own = [...style].filter((name) => !name.startsWith('--')).map((name) => `${name}: ${style.getPropertyValue(name)}`);
        const around = ['::before', '::after', '::first-letter', '::first-line'].map((part) => {
          const { content, color, fontSize } = getComputedStyle(one, part);
          return part.startsWith('::first') ? '' : [part, content, content === 'none' ? '' : color + fontSize].join();
        });
        return { id, box: [x, y, width, height], own, around };
      }),
    ids,
  );

/** Puts a sheet in the page, before everything of its own. */
export const add = (page, css) =>
  page.evaluate((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    document.adoptedStyleSheets = [sheet];
  }, css);

/** What a page's style sheets may say, by mistake or not. */
export const HOSTILE = {
  hidden: 'button, section, h2, li, a, p { display: none !important }',
  unset: '* { all: unset !important }',
  'unset softly': '* { all: unset }',
  'by id': '[id] { visibility: hidden !important; opacity: 0 !important; width: 1px !important; pointer-events: none !important }',
  'on one button': '#koek-accept { background: gold !important; font-size: 40px !important; --ac: gold !important; --koek-accent: gold !important; --koek-on-accent: gold !important; --koek-focus: gold !important; order: -1 !important }',
  moved: 'section, button { transform: rotate(9deg) scale(.2) !important; translate: 0 900px !important; position: static !important; inset: auto !important }',
  text: 'html { font-size: 62.5% } * { letter-spacing: 9px !important; text-transform: uppercase !important; line-height: 4 !important; text-indent: 9em !important; direction: inherit }',
  around: 'button::before, h2::after, li::before { content: "x" !important; position: fixed !important; inset: 0 !important } p::first-letter { font-size: 90px !important }',
  moving: '*, ::before { transition: all 60s !important; animation: away 1s infinite !important } @keyframes away { to { opacity: 0; translate: 0 900px } }',
  layers: '@layer one, two; @layer one { body * { display: none !important } } @layer two { button { all: revert-layer !important; color: red !important } }',
  body: 'body > * { display: none !important } body > section { position: static !important; height: 0 !important; overflow: hidden !important }',
  shadow: '::slotted(*), :host, slot, .dock, .words, .buttons { display: none !important }',
};
