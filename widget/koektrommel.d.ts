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
  on(event: 'ready' | 'change', listener: (detail: KoektrommelDetail) => void): () => void;
  /** Calls `task` with the API; the way to queue work before the widget has loaded. */
  push(...tasks: ((api: Koektrommel) => void)[]): void;
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
  }
}
