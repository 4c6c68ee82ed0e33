import { lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** What is not the public Internet: RFC 6890 and its successors, with what wraps an IPv4 address in an IPv6 one. */
const PRIVATE_4 = [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24',
  '192.31.196.0/24', '192.52.193.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24',
  '224.0.0.0/3',
] // biome-ignore format: a list
const PRIVATE_6 = [
  '::/8',
  '64:ff9b::/32',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/9',
  'ff00::/8',
]

const listOf = (nets: readonly string[], family: 'ipv4' | 'ipv6'): BlockList => {
  const list = new BlockList()
  for (const net of nets) {
    const [address = '', bits = ''] = net.split('/')
    list.addSubnet(address, Number(bits), family)
  }
  return list
}
const blocked = { 4: listOf(PRIVATE_4, 'ipv4'), 6: listOf(PRIVATE_6, 'ipv6') }

/** Whether an IP address is one of our own networks or of no network; what is no address counts as one. */
export const isPrivate = (address: string): boolean => {
  const bare = address.replace(/%.*$/, '')
  const family = isIP(bare)
  if (family === 4) return blocked[4].check(bare, 'ipv4')
  return family === 6 ? blocked[6].check(bare, 'ipv6') : true
}

export const PRIVATE = 'EPRIVATE'
const refused = (host: string) =>
  Object.assign(new Error(`${host} is an address of a private network`), { code: PRIVATE })

/**
 * Looks a name up for a socket, and gives it nothing private: what is connected to is what was judged here, so that a
 * name that answers otherwise a moment later (DNS rebinding) gains nothing.
 */
export const publicLookup: LookupFunction = (host, options, callback) => {
  lookup(host, { ...options, all: true }, (error, found) => {
    if (error !== null) return callback(error, '')
    const [first] = found
    if (first === undefined || found.some(({ address }) => isPrivate(address))) return callback(refused(host), '')
    if (options.all === true) callback(null, found)
    else callback(null, first.address, first.family)
  })
}
