/** The cookies that the server signs and the page may read. No browser objects: tested on their own. */

/** The server signs with 32 bytes of HMAC in base64, put before the payload. Only the server can check it. */
const MAC_LENGTH = 44;

/** The fields of the first cookie of this name; none where it is missing, unreadable or of another version. */
export function fields(cookies: () => string, name: string): Readonly<Record<string, string>> {
  try {
    const found = cookies().match(`(?:^|; *)${name}=([^;]*)`);
    const { v, ...rest } = found ? Object.fromEntries(new URLSearchParams(decodeURIComponent(found[1]!).slice(MAC_LENGTH))) : {};
    if (v === '1') return rest;
  } catch {
    // A sandboxed frame that may not look, a stray per cent sign. What is usual does not come here: a fault costs time.
  }
  return {};
}

/** What a visitor set of one purpose, by name; what is not there is as the site has it by default. */
export type Values = Readonly<Record<string, string>>;

/** Reads what is kept of a purpose. Nothing counts past its end, and for a next visit nothing without a yes. */
export function readKept(cookies: () => string, name: string, now: number, granted: () => unknown): Values {
  const { k, e, ...values } = fields(cookies, name);
  return now < Date.parse(e!) && (k === 'visit' || granted()) ? values : {};
}
