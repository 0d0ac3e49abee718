/** A UUIDv7 (RFC 9562, section 5.7): 48 bits of milliseconds, then chance; `nibble` gives four random bits. */
export function uuid7(now: number, nibble: () => number): string {
  const time = now.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7xxx-yxxx-xxxxxxxxxxxx`.replace(/[xy]/g, (place) =>
    (place === 'x' ? nibble() : (nibble() & 3) | 8).toString(16),
  );
}
