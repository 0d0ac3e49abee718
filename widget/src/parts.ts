/** The parts of the widget that are scripts of their own, fetched when they are used. */

import { mount } from './config';

type Name = 'embeds' | 'extras' | 'reopen' | 'settings' | 'uses';

/** Fetches a part. All are named by what is in them: one that is not of this build is never taken for it. */
export const part = <Module>(name: Name): Promise<Module> => import(`${mount}/koektrommel.${__PARTS__}.${name}.js`);
