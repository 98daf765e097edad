/**
 * An address without what may be secret in it: no user name, password, query or fragment; nothing where it has some and
 * cannot be read.
 */
export function plainAddress(address: string): string | undefined {
  if (!/[@?#]/.test(address)) return address
  if (!URL.canParse(address)) return undefined
  const { protocol, host, pathname } = new URL(address)
  return host === '' ? undefined : `${protocol}//${host}${pathname}`
}
