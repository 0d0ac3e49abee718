/** The look of every host, with the site's own colours. First in the bundle, beside the notice: it packs best so. */

import style from './style.css';
import { config } from './config';

export const look = style + (config.theme ?? '');
