/** A site whose catalogue changes between two visits. */
import { join } from 'node:path';
import { configure, serve } from './support.mjs';

/** Another holder of the cookie: a yes to the display was not a yes to this. */
export const CHANGED = ['catalogue.toml', 'id = "display"', 'id = "display"\nrevision = 2\nchanged = { nl = "Ook de letters.", en = "The letters too." }'];
/** A purpose that was not there. */
export const NEW = ['catalogue.toml', '[texts.nl]', `[[purposes]]
id = "messages"
kind = "choice"
basis = "consent"
dpv = "ServicePersonalisation"
name = { nl = "Berichten", en = "Messages" }
text = { nl = "Berichten.", en = "Messages." }

[texts.nl]`];

/** The same log and address under a configuration with these changes. */
export async function restart(room, ...changes) {
  const config = await configure(join(room.data, '..', 'changed'), changes);
  await room.server.stop();
  room.server = await serve(room.data, new URL(room.address).port, ['--config', config]);
}

/** The same, and a browser whose cache has run out. */
export async function change(room, ...changes) {
  await restart(room, ...changes);
  await (await room.context.newCDPSession(room.page)).send('Network.clearBrowserCache');
}
