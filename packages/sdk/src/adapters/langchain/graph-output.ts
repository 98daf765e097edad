import { judgeSaid } from './answer.ts'
import type { RunScope } from './run-scope.ts'
import {
  copyWith,
  isAnswer,
  isBag,
  isCommand,
  isSend,
  withMembers,
  type AnswerShape,
  type Bag,
} from './shapes.ts'

const MAX_DEPTH = 8

/**
 * The answers in what a graph gives out that no model of it has given: a node may make one of its own. What stands in
 * the state before anything has run is history.
 */
export class GraphOutput {
  readonly #scope: RunScope
  readonly #known = new WeakMap<object, unknown>()
  // the mode in which chunks come without its name, where there is only one
  readonly #mode: unknown
  #begun = false

  constructor(scope: RunScope, mode: unknown) {
    this.#scope = scope
    this.#mode = mode
  }

  /** Judges the answers in one chunk of any stream mode; gives the very chunk where all stay as they are. */
  async judge(chunk: unknown): Promise<unknown> {
    const { run } = this.#scope
    if (run.quiet || !run.hears('message') || isToken(chunk)) return chunk
    const isHistory = !this.#begun && this.#isState(chunk)
    this.#begun = true
    const judged = await this.#walk(chunk, isHistory, 0)
    return run.core.options.streamGuard === 'observe' ? chunk : judged
  }

  /** Judges the answers in what a node gives; those it was given are history. */
  async judgeNode(input: unknown, output: unknown): Promise<unknown> {
    await this.#walk(input, true, 0)
    const judged = await this.#walk(output, false, 0)
    return this.#scope.run.core.options.streamGuard === 'observe' ? output : judged
  }

  #isState(chunk: unknown): boolean {
    if (typeof this.#mode === 'string') return STATES.includes(this.#mode)
    return Array.isArray(chunk) && chunk.some((part) => STATES.includes(part))
  }

  async #walk(value: unknown, isHistory: boolean, depth: number): Promise<unknown> {
    if (!isBag(value) || depth > MAX_DEPTH) return value
    if (isAnswer(value)) return this.#answer(value, isHistory)
    if (isPair(value)) return this.#pair(value, isHistory)
    if (Array.isArray(value)) return same(value, await this.#all(value, isHistory, depth))
    if (isPlainAnswer(value)) return this.#plain(value, isHistory)
    if (isCommand(value) || isSend(value)) return this.#routed(value, isHistory, depth)
    if (Reflect.getPrototypeOf(value) !== Object.prototype) return value
    const members = Object.values(value)
    const judged = await this.#all(members, isHistory, depth)
    if (same(members, judged) === members) return value
    return Object.fromEntries(Object.keys(value).map((key, index) => [key, judged[index]]))
  }

  async #all(values: readonly unknown[], isHistory: boolean, depth: number): Promise<readonly unknown[]> {
    const judged: unknown[] = []
    for (const value of values) judged.push(await this.#walk(value, isHistory, depth + 1))
    return judged
  }

  async #answer(answer: AnswerShape, isHistory: boolean): Promise<unknown> {
    const known = this.#known.get(answer)
    if (known !== undefined) return known
    const judged = isHistory ? this.#remember(answer) : await this.#judged(answer)
    this.#known.set(answer, judged)
    return judged
  }

  #remember<T extends { readonly content: unknown }>(answer: T): T {
    for (const { text } of textsOf(answer.content)) this.#scope.said.add(text)
    return answer
  }

  async #judged(answer: AnswerShape): Promise<AnswerShape> {
    const content = await this.#content(answer.content, answer.tool_calls)
    return content === answer.content ? answer : withMembers(answer, { content })
  }

  async #plain(answer: PlainAnswer, isHistory: boolean): Promise<PlainAnswer> {
    if (isHistory) return this.#remember(answer)
    const content = await this.#content(answer.content, answer['tool_calls'])
    return content === answer.content ? answer : { ...answer, content }
  }

  async #pair(pair: Pair, isHistory: boolean): Promise<Pair> {
    const [role, content] = pair
    const judged = await this.#plain({ content }, isHistory)
    return judged.content === content ? pair : [role, judged.content]
  }

  async #routed(value: Bag, isHistory: boolean, depth: number): Promise<Bag> {
    const names = isCommand(value) ? ['update', 'goto'] : ['args']
    const members = names.map((name) => value[name])
    const judged = await this.#all(members, isHistory, depth)
    if (same(members, judged) === members) return value
    return copyWith(value, Object.fromEntries(names.map((name, index) => [name, judged[index]])))
  }

  async #content(given: unknown, calls: unknown): Promise<unknown> {
    const final = !Array.isArray(calls) || calls.length === 0
    let content = given
    for (const { text, replace } of textsOf(given)) {
      const judged = await judgeSaid(this.#scope, text, final)
      if (judged !== text) content = replace(content, judged)
    }
    return content
  }
}

type PlainAnswer = Bag & { readonly content: unknown }

type Pair = readonly [role: unknown, content: unknown]

const ROLES: readonly unknown[] = ['assistant', 'ai']

// an answer as the framework also takes it: a plain object
function isPlainAnswer(value: Bag): value is PlainAnswer {
  return 'content' in value && ROLES.includes(value['role'] ?? value['type'])
}

// or a pair of role and content
function isPair(value: unknown): value is Pair {
  return Array.isArray(value) && value.length === 2 && ROLES.includes(value[0])
}

interface Text {
  readonly text: string
  readonly replace: (content: unknown, text: string) => unknown
}

function textsOf(content: unknown): readonly Text[] {
  if (typeof content === 'string') return [{ text: content, replace: (_content, text) => text }]
  if (!Array.isArray(content)) return []
  return content.flatMap((block: unknown, at): readonly Text[] => {
    const text = isBag(block) ? block['text'] : undefined
    if (typeof text !== 'string') return []
    const replace = (blocks: unknown, judged: string): unknown =>
      (blocks as readonly object[]).map((other, index) => (index === at ? { ...other, text: judged } : other))
    return [{ text, replace }]
  })
}

// a token, or a message beside what is known of it, is handed out as it is said
function isToken(chunk: unknown): boolean {
  const [last] = Array.isArray(chunk) ? (chunk.slice(-1) as readonly unknown[]) : []
  const [first] = Array.isArray(last)
    ? (last as readonly unknown[])
    : Array.isArray(chunk)
      ? (chunk as readonly unknown[])
      : []
  return isAnswer(first) && typeof Reflect.get(first, 'concat') === 'function'
}

const STATES: readonly unknown[] = ['values', 'debug', 'checkpoints']

function same(values: readonly unknown[], judged: readonly unknown[]): readonly unknown[] {
  return judged.every((value, index) => value === values[index]) ? values : judged
}
