import { addressesIn, plainForm, type Address } from './provenance-address.ts'

/** Destinations that were vouched for beforehand. */
export interface TrustedDestinations {
  readonly hasAddress: (address: Address) => boolean
  readonly hasValue: (plain: string) => boolean
}

/** Compiles `bob@example.com`, `*@example.com`, `*.example.com`, `example.com`, `https://example.com/docs/` and plain names. */
export function compileTrusted(entries: readonly string[]): TrustedDestinations {
  const plain = entries.map(plainForm)
  const tests = plain.map(testOf)
  const values = new Set(plain.map(oneSpaced))
  return {
    hasAddress: (address) => tests.some((test) => test(address)),
    hasValue: (value) => values.has(oneSpaced(value)),
  }
}

function oneSpaced(text: string): string {
  return text.trim().replace(/\s+/g, ' ')
}

function testOf(entry: string): (address: Address) => boolean {
  const at = entry.lastIndexOf('@')
  if (at >= 0) {
    const local = entry.slice(0, at)
    const domain = domainTest(entry.slice(at + 1))
    return ({ kind, key }) => {
      const keyAt = key.lastIndexOf('@')
      return (
        kind === 'email' && (local === '*' || local === key.slice(0, keyAt)) && domain(key.slice(keyAt + 1))
      )
    }
  }
  if (entry.includes('://')) {
    const prefix = addressesIn(entry, true).found[0]?.key ?? entry
    return ({ kind, key }) =>
      kind === 'url' && (key === prefix || key.startsWith(`${prefix}/`) || key.startsWith(`${prefix}?`))
  }
  if (/\.\p{L}{2,}$/u.test(entry)) {
    const host = domainTest(entry)
    return ({ kind, key }) => kind === 'url' && !key.includes('@') && host(key.split(/[/?]/)[0] ?? '')
  }
  const digits = entry.replace(/[\s.\-/()+]/g, '')
  return ({ kind, key }) => kind === 'number' && key === digits
}

function domainTest(pattern: string): (domain: string) => boolean {
  if (!pattern.startsWith('*.')) return (domain) => domain === pattern
  const suffix = pattern.slice(1)
  return (domain) => domain.endsWith(suffix) && domain.length > suffix.length
}
