import { getOrCreateConsentRuntime } from 'c15t';
import { ACCEPT, CATEGORIES, REFUSE, TEXT, TITLE } from './words.mjs';

const { consentStore } = getOrCreateConsentRuntime({
  mode: 'offline',
  consentCategories: CATEGORIES.map(({ id }) => id),
  overrides: { country: 'NL' },
});

let box;

/** A box of our own, made when the store says that a banner is to be shown. */
function show() {
  const button = (id, text, choice) => {
    const made = Object.assign(document.createElement('button'), { id, textContent: text });
    made.addEventListener('click', () => consentStore.getState().saveConsents(choice));
    return made;
  };
  const title = Object.assign(document.createElement('h2'), { textContent: TITLE });
  const text = Object.assign(document.createElement('p'), { textContent: TEXT });
  box = Object.assign(document.createElement('section'), { className: 'box' });
  box.append(title, text, button('no', REFUSE, 'necessary'), button('yes', ACCEPT, 'all'));
  document.body.prepend(box);
}

function follow({ activeUI }) {
  if (activeUI === 'banner') box ?? show();
  else if (box) box = void box.remove();
}

consentStore.subscribe(follow);
follow(consentStore.getState());
