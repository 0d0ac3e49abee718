/** Google's consent mode, version 2: what its seven signals say here. No browser objects. */

/** Which purposes a signal stands for; only these two can stand for any. */
export type Signals = Readonly<Partial<Record<'functionality_storage' | 'personalization_storage', readonly string[]>>>;

/** The signals as they are now. Advertising and measuring are always refused: no purpose here can be either. */
export function signals(map: Signals, allows: (id: string) => boolean): Record<string, 'granted' | 'denied'> {
  const all = (ids: readonly string[] = []): 'granted' | 'denied' =>
    ids.length && ids.every(allows) ? 'granted' : 'denied';
  return {
    ad_storage: 'denied',
    ad_user_data: 'denied',
    ad_personalization: 'denied',
    analytics_storage: 'denied',
    functionality_storage: all(map.functionality_storage),
    personalization_storage: all(map.personalization_storage),
    security_storage: 'granted',
  };
}
