/** A UUIDv7 (RFC 9562, section 5.7): 48 bits of milliseconds, then what follows the version in `v4`, a random UUID. */
export function uuid7(now: number, v4: string): string {
  const time = now.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${v4.slice(-21)}`;
}
