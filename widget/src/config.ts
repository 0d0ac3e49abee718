/** What the server put into the script, where the script came from, and in which language to speak. */

import { part } from './parts';

/** Something that is kept on the device, as an answer of the API tells it. */
export interface Kept {
  /** A `*` at its end stands for any rest. */
  readonly name: string;
  /** A cookie, where nothing else is said. */
  readonly storage?: string;
  /** The path that the cookie is for: `/`, where nothing else is said. */
  readonly path?: string;
  /** How long it stays, in words. Only in an answer of the API. */
  readonly lifetime?: string;
}

export interface Purpose {
  readonly id: string;
  /** `exempt`: strictly necessary, always on. `choice`: off until the visitor says yes. Only in an answer of the API. */
  readonly kind?: 'exempt' | 'choice';
  /** In the script only that of a choice. */
  readonly name: string;
  /** Only in an answer of the API. */
  readonly text?: string;
  /** Only in an answer of the API. */
  readonly cookies?: readonly Kept[];
  /** What a yes to it is a yes to: each choice has one, and nothing that is exempt. */
  readonly mark?: string;
  /** Who else receives what is stored. */
  readonly recipients?: readonly string[];
  /** What has changed, for who is asked again. */
  readonly changed?: string;
}

/** What the visitor is shown when deciding, in one language; `notice` is its SHA-256. */
export interface Notice {
  readonly site: string;
  readonly notice: string;
  readonly language: string;
  readonly purposes: readonly Purpose[];
}

/** What the banner needs of it: the words by their places (`Word`). */
export interface Brief extends Notice {
  readonly texts: readonly string[];
}

/** All of it, as the API answers: the texts by their keys. */
export interface Whole extends Notice {
  readonly texts: Readonly<Record<string, string>>;
}

export interface Config extends Brief {
  /** Path (or address) under which the server's public routes live. */
  readonly mount: string;
  readonly languages: readonly string[];
  /** Names in other tools' marks, and the purposes that they stand for. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** What Google's tags are told, where they are told anything: purposes by signal. */
  readonly signals?: import('./signals').Signals;
  /** Of how many page views one looks for what the notice does not name. */
  readonly watch?: number;
  /** How the names begin that scripts of the site may have left for what is chosen: a regular expression. */
  readonly kept?: string;
  /** Name of the choice cookie; none where pages cannot read it. */
  readonly cookie?: string;
  /** The site's own colours, as rules for the hosts of the widget. */
  readonly theme?: string;
}

export const config = __KOEK__;

// Only while a classic script itself runs does the browser say which tag it is; that of a module is looked for.
const tag = (document.currentScript ??
  document.querySelector('script[src*="/koektrommel."]')) as HTMLScriptElement | null;

/** The tag's own address, to refresh the cached script with. */
export const source = tag?.src ?? '';

/** The mount as an absolute address: the origin is the script's, which need not be the page's. */
export const mount = new URL(config.mount, source || location.href).href;

const site = tag?.dataset.site || config.site;

// What is offered has no region.
const wanted = (tag?.dataset.lang || document.documentElement.lang).toLowerCase().split('-')[0];
const language = config.languages.includes(wanted!) ? wanted! : config.language;

/** True when the script carries another site's notice: nothing is known until the right one is fetched. */
export const elsewhere = site !== config.site;

let current: Brief | undefined = elsewhere || language !== config.language ? undefined : config;

/** The notice that is at hand now, if only in the script's own language: enough to know the purposes. */
export const known = (): Brief => current ?? config;

/** What an address must say to stay on this page's site and in its language. */
export const query = `?site=${encodeURIComponent(site)}&lang=${language}`;

/** Where the server tells the notice for this page's site and language. */
export const address = `${mount}/api/v1/notice${query}`;

/** Fetches what the server answers at an address; throws where that is no success. */
export async function get<Answer>(from: string, how?: RequestInit): Promise<Answer> {
  const answer = await fetch(from, how);
  if (!answer.ok) throw answer.status;
  return answer.json();
}

/** Fetches that notice with all its texts. The script has the banner's only; the others are fetched when they are needed. */
export const whole = (): Promise<Whole> => get(address);

/** The notice to show. If it cannot be had in the page's language, the script's own will do. */
export async function shown(): Promise<Brief> {
  try {
    // What knows the keys of the words is a part: few pages are in another language than their script.
    return (current ??= (await part<typeof import('./dialog')>('settings')).brief(await whole()));
  } catch (error) {
    if (elsewhere) throw error;
    return (current = config);
  }
}
