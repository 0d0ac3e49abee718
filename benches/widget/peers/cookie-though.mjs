import { init } from 'cookie-though';
import { ACCEPT, CATEGORIES, CHOOSE, REFUSE, SAVE, TEXT, TITLE } from './words.mjs';

const KINDS = ['essential', 'functional', 'statistics', 'personalisation'];

init({
  policies: CATEGORIES.map((one, at) => ({ ...one, category: KINDS[at] })),
  essentialLabel: 'Altijd aan',
  permissionLabels: { accept: SAVE, acceptAll: ACCEPT, decline: REFUSE },
  header: { title: TITLE, description: TEXT },
  customizeLabel: CHOOSE,
});
