import type { Facts } from '../entry-facts.ts'

const MAX_NAME = 64

/**
 * Facts as attributes of XML, those that are empty left out. In names, what XML does not allow becomes `_`; where two would
 * then be the same, the later one has a number behind it.
 */
export function aosAttributes(...lists: readonly Facts[]): Readonly<Record<string, string>> {
  const attributes = new Map<string, string>()
  const facts = lists.flatMap((list) => Object.entries(list)).filter(([, value]) => value !== '')
  for (const [fact, value] of facts) {
    const name = attributeName(fact)
    let free = name
    for (let count = 2; attributes.has(free); count += 1) free = `${name}_${count}`
    attributes.set(free, value)
  }
  return Object.fromEntries(attributes)
}

function attributeName(fact: string): string {
  const name = fact.replace(/^aos:/, '').replaceAll(/[^\w.-]/gu, '_')
  return `aos:${/^[a-z_]/iu.test(name) ? '' : '_'}${name.slice(0, MAX_NAME)}`
}
