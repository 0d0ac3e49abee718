/** The order of things when the script runs. */

import { isPresent, publish } from './api';
import { askIfOpen } from './banner';
import { elsewhere, shown } from './config';
import { guard } from './guard';
import { followLinks, offerWayBack } from './reopen';
import { begin } from './state';

async function start(): Promise<void> {
  if (isPresent()) return;
  if (elsewhere) await shown();
  begin();
  publish();
  followLinks();
  const notice = await shown();
  askIfOpen(notice);
  offerWayBack(notice);
}

/** The banner comes first in the body and released scripts stand anywhere in it, so the document must be there. */
function whenParsed(): void {
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', () => guard(start), { once: true });
  else guard(start);
}

// A page that is only being prepared shows, stores and sends nothing until the visitor comes to it.
if (document.prerendering) document.addEventListener('prerenderingchange', whenParsed, { once: true });
else whenParsed();
