import { foldText, isPlain } from './injection-fold.ts'
import { invalidOption, textList } from './policy-options.ts'

/** A subject that must not be asked for, whatever the values are. */
export interface DataTopic {
  /** Words or phrases that give it away; whole words, in any case and spelling (`ssn`, `employee_SSN`, `S.S.N.`). */
  readonly words: string | readonly string[]
  /** What the refusal says. */
  readonly reason?: string | undefined
}

/** A topic made ready to be looked for. */
export interface CompiledTopic {
  readonly phrases: readonly string[]
  /** Finds the letters of any phrase, whatever stands between them; a plain text without them asks for none. */
  readonly letters: RegExp
  readonly reason: string
}

const PII_REASON = 'Accessing PII data violates policy'

/** What is refused unless the options say otherwise: records of social security numbers, by any of their names. */
export const DEFAULT_TOPICS: readonly DataTopic[] = [
  {
    words: [
      'ssn',
      'ssns',
      'social security number',
      'social security numbers',
      'social security no',
      'social security nos',
      'social security records',
      'pii data',
      'pii records',
    ],
    reason: PII_REASON,
  },
]

/** Reads the topics of a policy's options; `false` is none. */
export function compileTopics(policy: string, given: unknown): readonly CompiledTopic[] {
  if (given === false) return []
  const topics: unknown = given ?? DEFAULT_TOPICS
  if (!Array.isArray(topics)) throw noTopics(policy, 'topics')
  return topics.map((topic: unknown, at) => {
    const option = `topics[${at}]`
    if (typeof topic !== 'object' || topic === null) throw noTopics(policy, option)
    const reason: unknown = Reflect.get(topic, 'reason') ?? PII_REASON
    const words = textList(policy, `${option}.words`, Reflect.get(topic, 'words'))
    if (words === undefined || typeof reason !== 'string' || reason === '') throw noTopics(policy, option)
    const phrases = words.map((word) => wordsOf(word))
    if (phrases.length === 0 || phrases.includes('  ')) throw noTopics(policy, `${option}.words`)
    return { phrases, letters: lettersOf(phrases), reason }
  })
}

/** Gives the first topic that a value's texts and the names of its filled members ask for. */
export function topicOf(value: unknown, topics: readonly CompiledTopic[]): CompiledTopic | undefined {
  if (topics.length === 0) return undefined
  const found: string[] = []
  collect(value, found, 0)
  const text = found.join('\n')
  if (isPlain(text) && !topics.some(({ letters }) => letters.test(text))) return undefined
  const words = found.map(wordsOf).join('|')
  return topics.find(({ phrases }) => phrases.some((phrase) => words.includes(phrase)))
}

function noTopics(policy: string, option: string): Error {
  return invalidOption(policy, {
    option,
    problem: 'is no topic',
    fix: 'Write topics as a list of { words: [...], reason: "..." }, or false for none.',
  })
}

const MAX_DEPTH = 64

function collect(value: unknown, into: string[], depth: number): void {
  if (typeof value === 'string') into.push(value)
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return
  const named = !Array.isArray(value)
  for (const [key, member] of Object.entries(value) as [string, unknown][]) {
    if (named && member !== null && member !== '' && member !== false) into.push(key)
    collect(member, into, depth + 1)
  }
}

function lettersOf(phrases: readonly string[]): RegExp {
  const spaced = phrases.map((phrase) => Array.from(phrase.replace(/ /g, '')).join('[^a-z0-9]*'))
  return new RegExp(spaced.join('|'), 'i')
}

/** Words between single spaces, with one before and after, so that a phrase is found by plain search. */
function wordsOf(text: string): string {
  const split = text.replace(/(\p{Ll})(?=\p{Lu})/gu, '$1 ')
  const words = foldText(split).split(/[^\p{L}\p{N}]+/u)
  const joined: string[] = []
  let letters = ''
  for (const word of words) {
    if (word.length === 1) {
      letters += word
      continue
    }
    if (letters !== '') joined.push(letters)
    letters = ''
    if (word !== '') joined.push(word)
  }
  if (letters !== '') joined.push(letters)
  return ` ${joined.join(' ')} `
}
