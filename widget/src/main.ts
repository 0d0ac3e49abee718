/** The order of things when the script runs. That of the imports is the order in the bundle: one that packs well. */

import { guard } from './guard';
import { kept, reflect } from './display';
import { followLinks } from './reopen';
import { follow } from './blocks';
import { uses } from './uses-on-demand';
import { isPresent, publish } from './api';
import { askIfOpen } from './banner';
import { attend, begin, learn } from './state';
import { elsewhere, shown } from './config';

async function start(): Promise<void> {
  if (elsewhere) await shown();
  await learn();
  // From here to `publish` nothing waits, so that of two tags one is the first.
  if (isPresent()) return;
  begin();
  publish();
  // The widget too looks as the visitor set it.
  for (const _ in kept('display')) guard(uses('begin'));
  followLinks();
  await shown();
  // A sandboxed frame has no origin, so nothing can be kept for it and nothing is asked.
  if (origin !== 'null') askIfOpen();
  follow();
  // Last: the question does not wait for it.
  attend();
}

const run = (): void => guard(start);

/** The banner comes first in the body and released scripts stand anywhere in it, so the document must be there. */
function whenParsed(): void {
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', run);
  else run();
}

// Before the page is drawn, if the tag stands in the head and does not wait.
guard(reflect);
// A page that is only being prepared shows, stores and sends nothing until the visitor comes to it.
if (document.prerendering) document.addEventListener('prerenderingchange', whenParsed);
else whenParsed();
