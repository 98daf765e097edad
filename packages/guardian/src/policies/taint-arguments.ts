import { withoutUnseen } from './injection-fold.ts'
import { addressesIn, pathsIn, plainForm, type Address } from './provenance-address.ts'
import type { KnownText } from './provenance.ts'
import { isSetting, type Taint } from './taint-options.ts'

/** Where the arguments of a call come from. */
export interface Provenance {
  /** Arguments with something that the user never said. */
  readonly unknown: readonly string[]
  /** Whether any argument is one that the user did say. */
  readonly named: boolean
}

const MAX_DEPTH = 60
// dates, times and amounts name no place to send something to
const NEUTRAL = /^[\d\s:.,+\-/tz%]{1,32}$/
const DATE = /\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}/

interface Walk {
  readonly options: Taint
  readonly known: readonly KnownText[]
  readonly unknown: Set<string>
  named: boolean
}

/** Tells which arguments stand in what the user has said or go where somebody trusted is. */
export function provenanceOf(parameters: unknown, known: readonly KnownText[], options: Taint): Provenance {
  const walk: Walk = { options, known, unknown: new Set(), named: false }
  visit(parameters, { name: 'arguments', depth: 0 }, walk)
  return { unknown: [...walk.unknown], named: walk.named }
}

interface Place {
  readonly name: string
  readonly depth: number
}

function visit(value: unknown, { name, depth }: Place, walk: Walk): void {
  if (typeof value === 'number') judgeText(String(value), name, walk)
  if (typeof value === 'string') judgeText(value, name, walk)
  if (typeof value !== 'object' || value === null) return
  if (depth >= MAX_DEPTH) {
    walk.unknown.add(name)
    return
  }
  const isList = Array.isArray(value)
  for (const [key, member] of Object.entries(value) as [string, unknown][]) {
    // what an object is keyed by can be an address as well
    if (!isList && hasUnknownAddress(plainForm(key), walk)) walk.unknown.add(name)
    visit(member, { name: isList ? name : key, depth: depth + 1 }, walk)
  }
}

function judgeText(text: string, name: string, walk: Walk): void {
  if (text.trim() === '') return
  const plain = plainForm(text)
  const hidden = withoutUnseen(text) !== text
  if (hasUnknownAddress(plain, walk) || (hidden && !walk.options.isContent(name))) {
    walk.unknown.add(name)
    return
  }
  if (walk.options.isContent(name)) {
    if (hidden && hasUnknownAddress(plainForm(withoutUnseen(text)), walk)) walk.unknown.add(name)
    else if (telling(plain) > 1 && isPhrase(plain, walk)) walk.named = true
    return
  }
  if (NEUTRAL.test(plain) && addressesIn(plain, false).found.length === 0)
    walk.named ||= isSaidDay(plain, walk)
  else if (walk.options.trusted.hasValue(plain)) walk.named = true
  else if (isSaid(plain, walk))
    walk.named ||= telling(plain) > 0 || addressesIn(plain, false).found.length > 0
  else if (!isSetting(name, plain)) walk.unknown.add(name)
}

// a number of few digits stands in many texts
function isSaidDay(plain: string, walk: Walk): boolean {
  const said = DATE.exec(plain)?.[0] ?? (/\d{5}/.test(plain) ? plain : undefined)
  return said !== undefined && (isPhrase(said, walk) || isPhrase(said.replace(/^\d{4}-/, ''), walk))
}

const COMMON = new Set(
  'the and for with from that this not are was you your his her its our all any can has have had but one two out new now get see who how why what when where which will about into over then than them they there here please just also some more most very each make made using use file files email mail message page list send read find user name date time today tomorrow true false null none yes'.split(
    ' ',
  ),
)

/** How many words of a text say something; the others stand in what anybody says. */
function telling(plain: string): number {
  const words = plain.match(/[\p{L}\p{M}]{2,}|\d{5,}/gu) ?? []
  return words.filter((word) => !COMMON.has(word) && (word.length > 2 || !/^[a-z]/.test(word))).length
}

function isPhrase(plain: string, { known }: Walk): boolean {
  return known.some((text) => text.knowsPhrase(plain))
}

/** Whether a value is made of trusted addresses and words of the user, and of nothing else. */
function isSaid(plain: string, walk: Walk): boolean {
  const { found } = addressesIn(plain, true)
  const paths = pathsIn(plain).filter(
    (path) => !found.some(({ start, end }) => plain.slice(start, end).includes(path)),
  )
  if (!paths.every((path) => walk.known.some((known) => known.knowsPath(path)))) return false
  if (found.length === 0) return isPhrase(plain, walk)
  if (!found.every((address) => isTrusted(address, walk)))
    return isPhrase(plain, walk) && !found.some(({ kind }) => kind === 'email')
  // `Bob <bob@example.com>` goes to the address, whatever the name
  if (/^[^@<>,;]{0,64}<[^<>\s,;]*>$/.test(plain)) return true
  const rest = found.reduceRight(
    (text, { start, end }) => `${text.slice(0, start)} ${text.slice(end)}`,
    plain,
  )
  return !/[\p{L}\p{N}]/u.test(rest) || isPhrase(rest, walk)
}

function hasUnknownAddress(plain: string, walk: Walk): boolean {
  const { found, complete } = addressesIn(plain, false)
  return !complete || found.some((address) => !isTrusted(address, walk))
}

function isTrusted(address: Address, { known, options }: Walk): boolean {
  return options.trusted.hasAddress(address) || known.some((text) => text.knowsAddress(address))
}

/** Whether a call that reads would follow a link which nobody has given and which was nowhere read. */
export function followsMadeLink(parameters: unknown, known: readonly KnownText[], options: Taint): boolean {
  const walk: Walk = { options, known, unknown: new Set(), named: false }
  return stringsOf(parameters).some((text) => {
    const plain = plainForm(text)
    const { found, complete } = addressesIn(plain, false)
    return !complete || found.some((address) => address.kind === 'url' && !isTrusted(address, walk))
  })
}

/** All texts of a value, names of members included; those nested too deeply are left out. */
export function stringsOf(value: unknown): readonly string[] {
  const texts: string[] = []
  const collect = (node: unknown, depth: number): void => {
    if (typeof node === 'string') texts.push(node)
    if (typeof node !== 'object' || node === null || depth > MAX_DEPTH) return
    for (const [key, member] of Object.entries(node) as [string, unknown][]) {
      if (!Array.isArray(node)) texts.push(key)
      collect(member, depth + 1)
    }
  }
  collect(value, 0)
  return texts
}
