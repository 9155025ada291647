/**
 * UUIDv7 (RFC 9562): the ids of requests and leases, and the browser's idempotency keys. Each contains the time at which it was made, by
 * its maker's clock.
 */

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** The time in an id. Undefined if the string is not such an id in lower case: two spellings of one id would be two leases. */
export function timeOfUuidV7(id: string): number | undefined {
  return UUID_V7.test(id) ? Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) : undefined;
}

/** Makes an id from the time and ten random bytes. */
export function uuidV7(nowMs: number, random: ArrayLike<number>): string {
  const byte = (index: number) => (random[index] ?? 0) & 0xff;
  const bytes = Array.from({ length: 10 }, (_, index) => byte(index));
  bytes[0] = 0x70 | (byte(0) & 0x0f);
  bytes[2] = 0x80 | (byte(2) & 0x3f);
  const hex = nowMs.toString(16).padStart(12, '0') + bytes.map((value) => value.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Makes an id from the time and a random UUID (version 4). It takes a quarter of the time, and every request needs an id. */
export function uuidV7Of(nowMs: number, random: string): string {
  const time = nowMs.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`;
}
