/** Addresses as rates count them: a whole IPv4 address, or the /64 that one IPv6 customer has. */

/** The longest address, with a zone, brackets and a port. */
const LONGEST = 80;

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|[01]?\d?\d)(?:\.(?!$)|$)){4}$/;

/**
 * The address that counts in a header as a proxy writes it: an address, perhaps in brackets, with a port or a zone, or a list of
 * addresses, whose last one is what the nearest proxy saw. Undefined if that is not an address.
 */
export function countedAddress(written: string): string | undefined {
  const last = written.slice(written.lastIndexOf(',') + 1).trim();
  if (last.length > LONGEST) return undefined;
  const bare = /^\[([^\]]*)\](?::\d+)?$/.exec(last)?.[1] ?? /^([\d.]+):\d+$/.exec(last)?.[1] ?? last;
  const address = bare.replace(/%.*$/s, '');
  if (IPV4.test(address)) return address.split('.').map(Number).join('.');
  const groups = groupsOf(address);
  if (groups === undefined) return undefined;
  const [, , , , , sixth = 0, seventh = 0, eighth = 0] = groups;
  const isMapped = sixth === 0xffff && groups.slice(0, 5).every((group) => group === 0);
  if (isMapped) return [seventh >> 8, seventh & 255, eighth >> 8, eighth & 255].join('.');
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** The eight groups of an IPv6 address, whose end may be written as an IPv4 address. */
function groupsOf(address: string): number[] | undefined {
  const [, before = '', tail] = /^(.*:)([\d.]+\.[\d.]+)$/s.exec(address) ?? [];
  if (tail !== undefined && !IPV4.test(tail)) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = (tail ?? '').split('.').map(Number);
  const text = tail === undefined ? address : `${before}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head = [], end = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - end.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...end];
  return groups.every((group) => /^[\da-f]{1,4}$/i.test(group))
    ? groups.map((group) => Number.parseInt(group, 16))
    : undefined;
}
