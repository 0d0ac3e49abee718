/** The parts of the widget that are scripts of their own, fetched when they are used. */

import { mount } from './config';

/** In the order of `PARTS` in build.mjs. */
const names = ['settings'] as const;

export type Part = (typeof names)[number];

/** Fetches a part. It is named by its content: one that is not of this build is never taken for it. */
export const part = <Module>(name: Part): Promise<Module> =>
  import(`${mount}/koektrommel.${__PARTS__[names.indexOf(name)]}.js`);
