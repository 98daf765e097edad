// Made-up secrets, one of each kind for each place where one can turn up, so that a find names its leak.
import { createHash } from 'node:crypto'

/** Places from which a secret can come. */
export const SLOTS = [
  'userInput',
  'systemPrompt',
  'toolArguments',
  'toolResult',
  'modelOutput',
  'reasoning',
  'memory',
  'knowledge',
  'message',
  'error',
  'name',
  'hookReason',
  'metadata',
  'foreignSpan',
] as const

/** A place from which a secret can come. */
export type Slot = (typeof SLOTS)[number]

/** Letters and digits that only this seed gives. */
type Letters = (count: number) => string

interface Planted {
  /** How it stands in a text. */
  readonly text: string
  /** What nobody may find. */
  readonly secret: string
}

const LUHN_LENGTH = 16

// joined here, so that no file holds one
const KINDS: Readonly<Record<string, (letters: Letters, digits: Letters) => Planted>> = {
  'openai-key': (letters) => whole(`sk-proj-${letters(48)}`),
  'anthropic-key': (letters) => whole(`sk-ant-api03-${letters(40)}`),
  'github-token': (letters) => whole(`ghp_${letters(36)}`),
  'aws-access-key': (letters) => whole(`AKIA${letters(16).toUpperCase()}`),
  'google-key': (letters) => whole(`AIza${letters(35)}`),
  'slack-token': (letters, digits) => whole(`xoxb-${digits(12)}-${letters(24)}`),
  'stripe-key': (letters) => whole(`sk_live_${letters(24)}`),
  jwt: (letters) => {
    const part = (claims: string): string => Buffer.from(claims).toString('base64url')
    return whole(`${part('{"alg":"HS256"}')}.${part(`{"sub":"${letters(12)}"}`)}.${letters(43)}`)
  },
  authorization: (letters) => after('Authorization: Bearer ', letters(32)),
  'private-key': (letters) => {
    const secret = letters(64)
    const [begin, end] = ['BEGIN', 'END'].map((word) => `-----${word} PRIVATE KEY-----`)
    return { text: `${begin}\n${letters(63)}A\n${secret}\n${end}`, secret }
  },
  'url-password': (letters, digits) => {
    const secret = `${letters(12)}${digits(2)}`
    return { text: `postgres://admin:${secret}@db.example:5432/app`, secret }
  },
  'connection-string': (letters) => after('Server=tcp:db;User Id=sa;Password=', `${letters(14)}7`),
  email: (letters) => whole(`${letters(10).toLowerCase()}@example.com`),
  'credit-card': (_letters, digits) => {
    const body = `4${digits(LUHN_LENGTH - 2)}`
    return whole(`${body}${checkDigit(body)}`)
  },
  iban: (_letters, digits) => {
    const account = digits(18)
    const check = 98n - (BigInt(`${account}131400`) % 97n)
    return whole(`DE${String(check).padStart(2, '0')}${account}`)
  },
  ssn: (_letters, digits) => whole(`2${digits(2)}-5${digits(1)}-${digits(3)}7`),
  phone: (_letters, digits) => whole(`+1415555${digits(4)}`),
}

/** Kinds of secrets, as the redactor has them. */
export const CANARY_KINDS: readonly string[] = Object.keys(KINDS)

/** A secret that was found where none may be. */
export interface Found {
  readonly slot: Slot
  readonly kind: string
}

/** Plants secrets of some kinds, and finds them again. */
export class Canaries {
  readonly #kinds: readonly string[]

  constructor(kinds: readonly string[] = CANARY_KINDS) {
    this.#kinds = kinds
  }

  /** A text with a secret of each kind that only this place has, and with the words of {@link plainOf}. */
  textOf(slot: Slot): string {
    const secrets = this.#kinds.map((kind) => planted(kind, slot).text)
    return [`about ${plainOf(slot)}`, ...secrets].join(' ;\n')
  }

  /** A secret that a name can hold. */
  nameOf(slot: Slot): string {
    return planted('github-token', slot).text
  }

  /** Which secrets are in what an output holds. */
  findIn(output: string): readonly Found[] {
    return SLOTS.flatMap((slot) =>
      CANARY_KINDS.filter((kind) => includesAny(output, planted(kind, slot).secret)).map((kind) => ({
        slot,
        kind,
      })),
    )
  }
}

/** Words of a place that are no secret: only content holds them. */
export function plainOf(slot: Slot): string {
  return `quiet-${slot.toLowerCase()}-zebra`
}

/** Which places can be told from an output by words that are no secret. */
export function plainIn(output: string): readonly Slot[] {
  return SLOTS.filter((slot) => includesAny(output, plainOf(slot)))
}

// what a header or an address holds is encoded
function includesAny(output: string, secret: string): boolean {
  const encoded = encodeURIComponent(secret)
  return output.includes(secret) || (encoded !== secret && output.includes(encoded))
}

const made = new Map<string, Planted>()

function planted(kind: string, slot: Slot): Planted {
  const key = `${kind} ${slot}`
  const known = made.get(key)
  if (known !== undefined) return known
  const create = KINDS[kind]
  if (create === undefined) throw new Error(`there is no kind ${kind}`)
  const fresh = create(letters(key), numbers(key))
  made.set(key, fresh)
  return fresh
}

function whole(text: string): Planted {
  return { text, secret: text }
}

function after(before: string, secret: string): Planted {
  return { text: `${before}${secret}`, secret }
}

function letters(seed: string): Letters {
  let state = seed
  return (count) => {
    let text = ''
    while (text.length < count) {
      state = createHash('sha256').update(state).digest('base64')
      text += state.replaceAll(/[+/=]/g, '')
    }
    return text.slice(0, count)
  }
}

function numbers(seed: string): Letters {
  let state = seed
  return (count) => {
    let text = ''
    while (text.length < count) {
      state = createHash('sha256').update(`digits ${state}`).digest('hex')
      text += BigInt(`0x${state}`).toString()
    }
    // no group of zeros, which some kinds cannot have
    return text.slice(0, count).replaceAll('0', '3')
  }
}

function checkDigit(body: string): string {
  const sum = Array.from(body.split('').toReversed(), Number).reduce((total, digit, index) => {
    const doubled = index % 2 === 0 ? digit * 2 : digit
    return total + (doubled > 9 ? doubled - 9 : doubled)
  }, 0)
  return String((10 - (sum % 10)) % 10)
}
