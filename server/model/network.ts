import { isIPv6 } from 'node:net'

/**
 * Whom an address counts as: an IPv4 address by itself, of IPv6 its first 64 bits, since whoever is given such a network
 * has all addresses in it (RFC 6177). Something else is left as it is.
 */
export const networkOf = (address: string): string => {
  const [bare = ''] = address.split('%')
  if (!isIPv6(bare)) return address
  const mapped = /^(?:0*:)*:?ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1]
  if (mapped !== undefined) return mapped
  const [head = '', tail] = bare.split('::')
  const before = head === '' ? [] : head.split(':')
  // where zeros are left out, as many as make eight groups; of the last two may be written as IPv4
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const written = before.length + after.length + (bare.includes('.') ? 1 : 0)
  const groups = [...before, ...Array<string>(tail === undefined ? 0 : 8 - written).fill('0'), ...after]
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}
