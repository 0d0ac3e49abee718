/** The site's notice and addresses: the server puts a JSON object here. It must occur exactly once in the bundle. */
declare const __KOEK__: import('./config').Config;

/** The short hash of each part's bundle, by its name in build.mjs: the build puts them here. */
declare const __SETTINGS__: string;
declare const __EMBEDS__: string;
declare const __EXTRAS__: string;
declare const __USES__: string;

/** A stylesheet, minified by the build. */
declare module '*.css' {
  const text: string;
  export default text;
}

interface Document {
  /** True while the browser renders the page before the visitor goes there. */
  readonly prerendering?: boolean;
}

/** Trusted Types, as far as the widget needs them; absent in browsers that do not have them. */
interface Window {
  readonly trustedTypes?: {
    createPolicy(
      name: string,
      rules: { createScript(text: string): string; createScriptURL(address: string): string },
    ): { createScript(text: string): string; createScriptURL(address: string): string };
  };
}
