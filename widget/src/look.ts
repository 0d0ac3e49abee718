/** The look of every host, with the site's own colours. */

import style from './style.css';
import { config } from './config';

export const look = style + (config.theme ?? '');
