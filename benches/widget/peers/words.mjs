/** The same words and the same four categories for each banner that takes them. */
export const TITLE = 'Mogen wij cookies bewaren?';
export const TEXT = 'Alleen als u dat goed vindt. U kunt uw keuze altijd veranderen.';
export const REFUSE = 'Weigeren';
export const ACCEPT = 'Toestaan';
export const CHOOSE = 'Zelf kiezen';
export const SAVE = 'Keuze bewaren';

/** The first is always on; the others are asked for. */
export const CATEGORIES = [
  { id: 'necessary', label: 'Noodzakelijk', description: 'Zonder deze cookies werkt de website niet.' },
  { id: 'functional', label: 'Voorkeuren', description: 'Wij onthouden de taal en de wijk die u kiest.' },
  { id: 'measurement', label: 'Statistiek', description: 'Wij tellen hoe vaak een pagina wordt bekeken.' },
  { id: 'marketing', label: 'Weergave', description: 'Wij onthouden hoe groot u de letters wilt.' },
];
