import { percentEncoded, plainText } from './plain-text.ts'

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i
const HOST = /^(\[[\da-f:.]+\]|[\w.~!$&'()*+,;=%-]+)(:\d+)?$/i

/** An address of a service as a URI, without user name, password, query and fragment; nothing where the text is none. */
export function plainUrl(text: string): string | undefined {
  if (!SCHEME.test(text) || !URL.canParse(text)) return undefined
  const { protocol, host, pathname } = new URL(text)
  if (!HOST.test(host)) return undefined
  const path = pathname.replaceAll(/[^\w\-.~:/@!$&'()*+,;=%]|%(?![\da-f]{2})/gi, percentEncoded)
  return `${protocol}//${host}${path}`
}

/** How a part is reached, in words: an address, or the text without what an address may hide in it. */
export function plainEndpoint(text: string): string {
  const address = plainUrl(text)
  if (address !== undefined) return address
  return plainText(text)
    .replace(/[?#].*$/s, '')
    .replaceAll(/\/\/[^/]*@/g, '//')
    .replace(/^[^\s/:]*:[^\s/]*@/, '')
}

/** A fact as it may be told: where it is an address, without what is secret in it. */
export function plainFact(text: string): string {
  return SCHEME.test(text) ? plainEndpoint(text) : plainText(text)
}
