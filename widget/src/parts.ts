/** The parts of the widget that are scripts of their own, fetched when they are used. */

import { mount } from './config';

const hashes = { settings: __SETTINGS__, embeds: __EMBEDS__, extras: __EXTRAS__, uses: __USES__ };

/** Fetches a part. It is named by its content: one that is not of this build is never taken for it. */
export const part = <Module>(name: keyof typeof hashes): Promise<Module> => import(`${mount}/koektrommel.${hashes[name]}.js`);
