import { BlockList, isIPv4, isIPv6 } from 'node:net'

const V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
]

// all that holds an IPv4 address counts as private: nobody writes a public one that way
const V6: readonly (readonly [string, number])[] = [
  ['::', 8],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['fc00::', 7],
  ['fe80::', 9],
  ['ff00::', 8],
]

const NAMES =
  /(?:^|\.)(?:localhost|localdomain|local|internal|intranet|private|corp|home|lan|home\.arpa|in-addr\.arpa|ip6\.arpa|nip\.io|sslip\.io|xip\.io|localtest\.me|lvh\.me|vcap\.me)$/

// apart, because a list takes an IPv4 address for its IPv6 form too
const privateV4 = new BlockList()
for (const [net, bits] of V4) privateV4.addSubnet(net, bits, 'ipv4')
const privateV6 = new BlockList()
for (const [net, bits] of V6) privateV6.addSubnet(net, bits, 'ipv6')

/** Whether a host, as a parsed URL gives it, is no place on the public internet as far as its name tells. */
export function isPrivateHost(host: string): boolean {
  if (isIPv4(host)) return privateV4.check(host, 'ipv4')
  const v6 = host.startsWith('[') ? host.slice(1, -1) : host
  if (isIPv6(v6)) return privateV6.check(v6, 'ipv6')
  return !host.includes('.') || NAMES.test(host)
}
