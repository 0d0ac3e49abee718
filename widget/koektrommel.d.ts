/**
 * What a page can do with Koektrommel. Copy this file into a TypeScript project, or point `types` at it.
 *
 * There is no `accept()`: only a person pressing a button can say yes.
 */

/** A yes (`true`) or no for every purpose the visitor may choose; what was not answered is a no. */
export type KoektrommelChoices = Readonly<Record<string, boolean>>;

/** What both events carry in `detail`. */
export interface KoektrommelDetail {
  readonly choices: KoektrommelChoices;
  /** Ids of the purposes whose answer differs from just before; empty for `koektrommel:ready`. */
  readonly changed: readonly string[];
}

/** What is kept on this device of one purpose. */
export interface KoektrommelKept {
  /** `preferences` or `display`. */
  readonly purpose: string;
  /** What was set, by name; what is as it is by default is not in it. */
  readonly values: Readonly<Record<string, string>>;
  /** `visit`: for this visit; `choice`: for a next one too, because the visitor said yes; null: nothing is kept. */
  readonly kept: 'visit' | 'choice' | null;
  /** When it ends: RFC 3339, UTC. */
  readonly until: string | null;
}

/**
 * Settings from the closed lists of the site's catalogue, such as `text-size`. A display setting also stands on `<html>`
 * as `data-koek-text-size="150"`, so that the page's style sheet can follow it.
 */
export interface KoektrommelSettings {
  /**
   * What the visitor set; undefined is the default. Where the server lives under another site the page cannot read the
   * cookie: then it is what the server last said, and undefined until it has said something.
   */
  get(name: string): string | undefined;
  /**
   * Sets a value, because the visitor asked for it: in the page at once, on the device when the promise resolves.
   * Rejects with a RangeError and changes nothing if the value is not on the list; rejects if the server did not
   * keep it, and then it holds in this page only.
   */
  set(name: string, value: string): Promise<KoektrommelKept>;
}

/** Passing data to the next page of a flow, once, within 30 minutes. */
export interface KoektrommelHandoff {
  /** `flow`: a-z, 0-9 and -, at most 32 characters. `data`: an object of at most 1 KiB as JSON. */
  put(flow: string, data: object): Promise<void>;
  /** What was put, and then it is gone; undefined if there is nothing. Put it again to have it after a reload. */
  take(flow: string): Promise<object | undefined>;
}

/** What `koektrommel:setting` carries in `detail`; `value` is undefined where it is the default again. */
export interface KoektrommelSetting {
  readonly purpose: string;
  readonly name: string;
  readonly value: string | undefined;
}

/** The events, and what they carry. */
export interface KoektrommelEvents {
  ready: KoektrommelDetail;
  change: KoektrommelDetail;
  /** A setting has changed, here or in another tab. Told from when `on` or `set` is first called in a page. */
  setting: KoektrommelSetting;
}

/** `window.koektrommel` once the widget has loaded. */
export interface Koektrommel {
  /** May this purpose be used now? Strictly necessary purposes: always. Unknown ones: never. */
  allows(purpose: string): boolean;
  /** The standing choice, as a copy. */
  choices(): KoektrommelChoices;
  /** Opens the settings. */
  open(): void;
  /** Refuses every purpose on the visitor's behalf; recorded as done by a program. */
  refuse(): void;
  /** Takes back everything that was granted; recorded as done by a program. */
  withdraw(): void;
  /** Calls `listener` on an event (`ready`: at once if it is past). Returns the function that stops it. */
  on<Name extends keyof KoektrommelEvents>(
    event: Name,
    listener: (detail: KoektrommelEvents[Name]) => void,
  ): () => void;
  /** Calls `task` with the API; the way to queue work before the widget has loaded. */
  push(...tasks: ((api: Koektrommel) => void)[]): void;
  readonly handoff: KoektrommelHandoff;
  /** What the visitor prefers: kept for this visit, or longer if the visitor says yes to it. */
  readonly preferences: KoektrommelSettings;
  /** How the site looks: kept for this visit, or longer if the visitor says yes to it. */
  readonly display: KoektrommelSettings;
  /** Settles once the standing choice is known. */
  readonly ready: Promise<Koektrommel>;
}

declare global {
  interface Window {
    /** Before load: an array of functions to call; `window.koektrommel = window.koektrommel || []`. */
    koektrommel?: Koektrommel | ((api: Koektrommel) => void)[];
  }
  interface DocumentEventMap {
    'koektrommel:ready': CustomEvent<KoektrommelDetail>;
    'koektrommel:change': CustomEvent<KoektrommelDetail>;
    'koektrommel:setting': CustomEvent<KoektrommelSetting>;
  }
}
