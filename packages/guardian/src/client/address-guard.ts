import { lookup as systemLookup, type LookupAddress } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** Gives the addresses of a host name, as `node:dns` does with `all: true`. */
export type ResolveHost = (
  hostname: string,
  callback: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void

// where no guardian is: this network, link-local with the metadata services of clouds, multicast, reserved
const REFUSED_V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['192.0.0.192', 32],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]

const REFUSED_V6: readonly (readonly [string, number])[] = [
  ['::', 128],
  ['fd00:ec2::254', 128],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
]

const LOOPBACK: readonly (readonly [string, number])[] = [['127.0.0.0', 8]]

const refused = blockList(REFUSED_V4, REFUSED_V6)
const loopback = blockList(LOOPBACK, [['::1', 128]], false)

/** Why a guardian is never looked for at an address, `undefined` if it may be. */
export function refusedAddress(address: string): string | undefined {
  const family = isIP(address)
  if (family === 0) return `${JSON.stringify(address)} is no IP address`
  // a zone names an interface, which only link-local addresses need
  if (address.includes('%') || refused.check(address, family === 6 ? 'ipv6' : 'ipv4')) {
    return `${address} is a link-local, metadata, unspecified, multicast or reserved address`
  }
  return undefined
}

/** Whether an IP address is this machine's own, in whichever notation. */
export function isLoopbackAddress(address: string): boolean {
  const family = isIP(address)
  return family !== 0 && !address.includes('%') && loopback.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

/** Says that a host name leads to an address at which no guardian may be. */
export class RefusedAddressError extends Error {
  override readonly name: string = 'RefusedAddressError'
}

/** Gives the `lookup` of a connection: every address that a name has must be one at which a guardian may be. */
export function guardedLookup(loopbackOnly: boolean, resolve: ResolveHost = resolveHost): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, (error, addresses) => {
      const problem = error === null ? problemOf(addresses, loopbackOnly) : undefined
      const failure = error ?? (problem === undefined ? undefined : new RefusedAddressError(problem))
      const first = addresses[0]
      if (failure !== undefined || first === undefined) callback(failure ?? new Error('no address'), '', 0)
      else if (options.all === true) callback(null, [...addresses])
      else callback(null, first.address, first.family)
    })
  }
}

function problemOf(addresses: readonly LookupAddress[], loopbackOnly: boolean): string | undefined {
  for (const { address } of addresses) {
    const problem = refusedAddress(address)
    if (problem !== undefined) return problem
    if (loopbackOnly && !isLoopbackAddress(address))
      return `${address} is no loopback address, which http needs`
  }
  return undefined
}

function resolveHost(hostname: string, callback: Parameters<ResolveHost>[1]): void {
  systemLookup(hostname, { all: true }, (error, addresses) =>
    callback(error, error === null ? addresses : []),
  )
}

/** IPv4 ranges are meant in each way that IPv6 writes them: mapped, compatible, translated (NAT64) and 6to4. */
function blockList(
  v4: readonly (readonly [string, number])[],
  v6: readonly (readonly [string, number])[],
  embedded = true,
): BlockList {
  const list = new BlockList()
  for (const [net, bits] of v6) list.addSubnet(net, bits, 'ipv6')
  for (const [net, bits] of v4) {
    list.addSubnet(net, bits, 'ipv4')
    list.addSubnet(`::ffff:${net}`, 96 + bits, 'ipv6')
    if (!embedded) continue
    // `::/104` would hold the loopback address `::1`
    if (net !== '0.0.0.0') list.addSubnet(`::${net}`, 96 + bits, 'ipv6')
    list.addSubnet(`64:ff9b::${net}`, 96 + bits, 'ipv6')
    list.addSubnet(`2002:${hexOf(net)}::`, 16 + bits, 'ipv6')
  }
  return list
}

function hexOf(v4: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = v4.split('.').map(Number)
  return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
}
