/** The site's notice and addresses: the server puts a JSON object here. It must occur exactly once in the bundle. */
declare const __KOEK__: import('./config').Config;

/** The short hash of the list of the parts: the build puts it here. */
declare const __PARTS__: string;

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
