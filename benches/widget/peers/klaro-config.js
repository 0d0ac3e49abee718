// Klaro reads this global by itself; its own script stands after this one.
window.klaroConfig = {
  version: 1,
  lang: 'nl',
  acceptAll: true,
  translations: {
    nl: {
      consentNotice: { description: 'Mogen wij cookies bewaren? Alleen als u dat goed vindt. U kunt uw keuze altijd veranderen.' },
      purposes: { necessary: 'Noodzakelijk', functional: 'Voorkeuren', measurement: 'Statistiek', marketing: 'Weergave' },
    },
  },
  services: [
    { name: 'necessary', title: 'Noodzakelijk', purposes: ['necessary'], required: true },
    { name: 'functional', title: 'Voorkeuren', purposes: ['functional'] },
    { name: 'measurement', title: 'Statistiek', purposes: ['measurement'] },
    { name: 'marketing', title: 'Weergave', purposes: ['marketing'] },
  ],
};
