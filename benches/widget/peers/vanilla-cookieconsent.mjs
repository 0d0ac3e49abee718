import { run } from 'vanilla-cookieconsent';
import { ACCEPT, CATEGORIES, CHOOSE, REFUSE, SAVE, TEXT, TITLE } from './words.mjs';

run({
  categories: Object.fromEntries(CATEGORIES.map(({ id }, at) => [id, at ? {} : { enabled: true, readOnly: true }])),
  language: {
    default: 'nl',
    translations: {
      nl: {
        consentModal: {
          title: TITLE,
          description: TEXT,
          acceptAllBtn: ACCEPT,
          acceptNecessaryBtn: REFUSE,
          showPreferencesBtn: CHOOSE,
        },
        preferencesModal: {
          title: CHOOSE,
          acceptAllBtn: ACCEPT,
          acceptNecessaryBtn: REFUSE,
          savePreferencesBtn: SAVE,
          sections: CATEGORIES.map(({ id, label, description }) => ({ title: label, description, linkedCategory: id })),
        },
      },
    },
  },
});
