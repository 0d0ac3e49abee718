import { ConsentBanner, ConsentDialog, ConsentManagerProvider } from '@c15t/react';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { CATEGORIES } from './words.mjs';

const options = {
  mode: 'offline',
  consentCategories: CATEGORIES.map(({ id }) => id),
  overrides: { country: 'NL' },
};

const root = document.body.appendChild(document.createElement('div'));
createRoot(root).render(
  createElement(ConsentManagerProvider, { options }, createElement(ConsentBanner), createElement(ConsentDialog)),
);
