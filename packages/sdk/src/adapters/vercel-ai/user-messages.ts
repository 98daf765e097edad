import type { GuardedRun } from '../../run/guarded-run.ts'
import { whenReady, type Awaitable } from '../../values/awaitable.ts'
import { partDigest } from './part-digest.ts'
import { isBag, type Bag } from './shapes.ts'

/** The user messages of one run: each text is judged once, at the entry or, if it first shows there, before the model. */
export class UserMessages {
  readonly #guarded: GuardedRun
  readonly #judged = new Map<string, Promise<unknown>>()
  readonly #outcomes = new Set<string>()
  #triggered: { readonly text: string; readonly decided: unknown } | undefined

  constructor(guarded: GuardedRun) {
    this.#guarded = guarded
  }

  /** The same outcomes, for what is still done after the run has ended. */
  forRun(guarded: GuardedRun): UserMessages {
    const users = new UserMessages(guarded)
    for (const [key, judged] of this.#judged) users.#judged.set(key, judged)
    for (const outcome of this.#outcomes) users.#outcomes.add(outcome)
    users.#triggered = this.#triggered
    return users
  }

  get active(): boolean {
    return this.#guarded.run.hears('message')
  }

  /** Judges what a call starts with: its `prompt`, or the user messages among `prompt` or `messages`. */
  async judgeInput(options: Bag): Promise<Bag> {
    const { run } = this.#guarded
    if (run.quiet) return options
    const key = options['prompt'] === undefined || options['prompt'] === null ? 'messages' : 'prompt'
    const triggered = await this.#trigger(options[key])
    const input =
      typeof triggered === 'string' ? await this.#text(triggered) : await this.#messages(triggered)
    return input === options[key] ? options : { ...options, [key]: input }
  }

  /** Judges user content that reaches the model without having been judged: steering, injected or framework-made. */
  judgePrompt(prompt: unknown): Awaitable<unknown> {
    if (!Array.isArray(prompt)) return prompt
    const given = this.#asTriggered(prompt)
    return this.active ? this.#messages(given) : given
  }

  // where the framework was handed the prompt before it was judged, what the trigger became is put in here
  #asTriggered(prompt: readonly unknown[]): readonly unknown[] {
    const { text, decided } = this.#triggered ?? {}
    if (text === undefined) return prompt
    for (let end = prompt.length; end > 0;) {
      const at = lastUserText(prompt.slice(0, end))
      if (at === undefined) return prompt
      if (at.text === text)
        return prompt.map((message, index) => (index === at.index ? at.replace(decided) : message))
      end = at.index
    }
    return prompt
  }

  async #trigger(input: unknown): Promise<unknown> {
    const at = typeof input === 'string' ? undefined : lastUserText(input)
    const content = typeof input === 'string' ? input : at?.text
    if (content === undefined) {
      await this.#guarded.trigger({ content: null })
      return input
    }
    const decided = await this.#guarded.trigger({ content })
    if (decided === content) return input
    if (typeof content === 'string') this.#triggered = { text: content, decided }
    if (at === undefined || !Array.isArray(input)) return decided
    return input.map((message: unknown, index): unknown =>
      index === at.index ? at.replace(decided) : message,
    )
  }

  #messages(messages: unknown): Awaitable<unknown> {
    if (!Array.isArray(messages)) return messages
    return judgedItems(messages, (message) =>
      isBag(message) && message['role'] === 'user' ? this.#message(message) : message,
    )
  }

  #message(message: Bag): Awaitable<unknown> {
    const content = message['content']
    if (typeof content === 'string')
      return whenReady(this.#text(content), (text) =>
        text === content ? message : { ...message, content: text },
      )
    if (!Array.isArray(content)) return message
    return whenReady(
      judgedItems(content, (part) => this.#part(part)),
      (parts) => (parts === content ? message : { ...message, content: parts }),
    )
  }

  #part(part: unknown): Awaitable<unknown> {
    if (!isBag(part)) return part
    const text = part['text']
    if (part['type'] === 'text' && typeof text === 'string')
      return whenReady(this.#text(text), (judged) => (judged === text ? part : { ...part, text: judged }))
    if (!this.active) return part
    const digest = partDigest(part)
    return digest === undefined ? this.#judge(part) : this.#once(`part:${digest}`, part)
  }

  #text(text: string): Awaitable<unknown> {
    if (this.#outcomes.has(text)) return text
    return this.#once(`text:${text}`, text).then((outcome) => {
      if (typeof outcome === 'string') this.#outcomes.add(outcome)
      return outcome
    })
  }

  #once(key: string, content: unknown): Promise<unknown> {
    const known = this.#judged.get(key)
    if (known !== undefined) return known
    const judging = this.#judge(content)
    this.#judged.set(key, judging)
    return judging
  }

  #judge(content: unknown): Promise<unknown> {
    return this.#guarded.message({ role: 'user', content }, (decided) => decided)
  }
}

type JudgeItem = (item: unknown) => Awaitable<unknown>

/** Judges one item after the other; gives the very list where all of them stay as they are. */
function judgedItems(items: readonly unknown[], judge: JudgeItem): Awaitable<readonly unknown[]> {
  const judged: unknown[] = []
  for (const item of items) {
    const next = judge(item)
    if (next instanceof Promise) return judgedLater(items, judge, { judged, next })
    judged.push(next)
  }
  return same(items, judged)
}

async function judgedLater(
  items: readonly unknown[],
  judge: JudgeItem,
  { judged, next }: { readonly judged: unknown[]; readonly next: Promise<unknown> },
): Promise<readonly unknown[]> {
  judged.push(await next)
  while (judged.length < items.length) judged.push(await judge(items[judged.length]))
  return same(items, judged)
}

function same(items: readonly unknown[], judged: readonly unknown[]): readonly unknown[] {
  return judged.every((item, index) => item === items[index]) ? items : judged
}

interface LastUserText {
  readonly text: string
  readonly index: number
  replace(text: unknown): unknown
}

function lastUserText(messages: unknown): LastUserText | undefined {
  if (!Array.isArray(messages)) return undefined
  for (let index = messages.length - 1; index >= 0; index--) {
    const message: unknown = messages[index]
    if (!isBag(message) || message['role'] !== 'user') continue
    const content = message['content']
    if (typeof content === 'string')
      return { text: content, index, replace: (text) => ({ ...message, content: text }) }
    const parts: readonly unknown[] = Array.isArray(content) ? content : []
    const at = parts.findLastIndex((part) => isBag(part) && part['type'] === 'text')
    const part = parts[at]
    if (!isBag(part) || typeof part['text'] !== 'string') return undefined
    const replace = (text: unknown): unknown => ({
      ...message,
      content: parts.map((other, place) => (place === at ? { ...part, text } : other)),
    })
    return { text: part['text'], index, replace }
  }
  return undefined
}
