/** The parts of the widget that are scripts of their own, fetched when they are used. */

import { mount } from './config';

/** Fetches a part. It is named by its content: one that is not of this build is never taken for it. */
export const part = <Module>(name: keyof typeof __PARTS__): Promise<Module> =>
  import(`${mount}/koektrommel.${__PARTS__[name]}.js`);
