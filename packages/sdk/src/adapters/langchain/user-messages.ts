import type { GuardedRun } from '../../run/guarded-run.ts'
import { copyWith, isBag, isCommand, isMessage, withMembers, type Bag } from './shapes.ts'

/** The user messages of one run: each content is judged once, at the entry or, if it first shows there, before the model. */
export class UserMessages {
  readonly #guarded: GuardedRun
  readonly #judged = new Map<unknown, Promise<unknown>>()

  constructor(guarded: GuardedRun) {
    this.#guarded = guarded
  }

  /** Judges what a run starts with: its trigger, and the user messages of it. */
  async judgeInput(input: unknown): Promise<unknown> {
    if (this.#guarded.run.quiet) return input
    const messages = isBag(input) ? input['messages'] : undefined
    const list = Array.isArray(messages) ? messages : messages === undefined ? undefined : [messages]
    if (list === undefined) return this.#triggerWith(input)
    const triggered = await this.#trigger(list)
    const judged = await this.judgeMessages(triggered)
    return judged === list ? input : { ...(input as Bag), messages: judged }
  }

  /** Judges what a run starts with where it is a text among the fields of its input, with messages in other fields. */
  async judgeFields(input: unknown, key: string): Promise<unknown> {
    if (this.#guarded.run.quiet) return input
    const text = isBag(input) ? input[key] : undefined
    if (!isBag(input) || typeof text !== 'string') return this.#guarded.trigger({ content: input })
    const judged: Record<string, unknown> = {}
    for (const [name, value] of Object.entries(input))
      judged[name] = Array.isArray(value) ? await this.judgeMessages(value) : value
    const triggered = await this.#guarded.trigger({ content: text })
    return { ...judged, [key]: await this.#content(triggered) }
  }

  /** Judges the user messages of a list; gives the very list where all of them stay as they are. */
  async judgeMessages(messages: readonly unknown[]): Promise<readonly unknown[]> {
    if (!this.#guarded.run.hears('message')) return messages
    let changed: unknown[] | undefined
    for (const [index, message] of messages.entries()) {
      const user = readUser(message)
      if (user === undefined) continue
      const judged = await this.#content(user.content)
      if (judged === user.content) continue
      changed ??= [...messages]
      changed[index] = user.replace(judged)
    }
    return changed ?? messages
  }

  // what resumes a graph is an object of it, which shows what it resumes with
  async #triggerWith(input: unknown): Promise<unknown> {
    if (!isCommand(input)) return this.#guarded.trigger({ content: input })
    const { resume } = input
    const decided = await this.#guarded.trigger({ content: resume ?? null })
    return resume === undefined || decided === resume ? input : copyWith(input, { resume: decided })
  }

  async #trigger(messages: readonly unknown[]): Promise<readonly unknown[]> {
    const index = messages.findLastIndex((message) => readUser(message) !== undefined)
    const user = readUser(messages[index])
    const text = user === undefined ? undefined : textPlace(user.content)
    const decided = await this.#guarded.trigger({ content: text?.text ?? null })
    if (user === undefined || text === undefined || decided === text.text) return messages
    return messages.map((message, at) => (at === index ? user.replace(text.replace(decided)) : message))
  }

  async #content(content: unknown): Promise<unknown> {
    if (!Array.isArray(content)) return this.#once(content)
    const parts: readonly unknown[] = content
    const judged = await Promise.all(parts.map((part) => this.#part(part)))
    return judged.every((part, index) => part === parts[index]) ? content : judged
  }

  async #part(part: unknown): Promise<unknown> {
    const text = isBag(part) ? part['text'] : undefined
    if (!isBag(part) || typeof text !== 'string') return this.#once(part)
    const judged = await this.#once(text)
    return judged === text ? part : { ...part, text: judged }
  }

  #once(content: unknown): unknown {
    if (!this.#guarded.run.hears('message')) return content
    const key = typeof content === 'string' ? content : JSON.stringify(content)
    const known = this.#judged.get(key)
    if (known !== undefined) return known
    const judging = this.#guarded.message({ role: 'user', content }, (decided) => decided)
    this.#judged.set(key, judging)
    // what a handler made of a message is judged already
    judging.then(
      (decided) => {
        if (typeof decided === 'string') this.#judged.set(decided, judging)
      },
      () => undefined,
    )
    return judging
  }
}

interface UserMessage {
  readonly content: unknown
  replace(content: unknown): unknown
}

const USER_ROLES: readonly unknown[] = ['user', 'human']

/** A user message in any of the forms that LangChain takes: an object of its own, a plain one, a pair, a text. */
function readUser(message: unknown): UserMessage | undefined {
  if (typeof message === 'string') return { content: message, replace: (content) => content }
  if (Array.isArray(message)) {
    const [role, content] = message as readonly unknown[]
    return USER_ROLES.includes(role) ? { content, replace: (changed) => [role, changed] } : undefined
  }
  if (isMessage(message)) {
    if (message.getType() !== 'human') return undefined
    return { content: message.content, replace: (content) => withMembers(message, { content }) }
  }
  if (!isBag(message) || !USER_ROLES.includes(message['role'] ?? message['type'])) return undefined
  return { content: message['content'], replace: (content) => ({ ...message, content }) }
}

interface TextPlace {
  readonly text: string
  replace(text: unknown): unknown
}

function textPlace(content: unknown): TextPlace | undefined {
  if (typeof content === 'string') return { text: content, replace: (text) => text }
  if (!Array.isArray(content)) return undefined
  const parts: readonly unknown[] = content
  const at = parts.findLastIndex((part) => isBag(part) && typeof part['text'] === 'string')
  const part = parts[at]
  if (!isBag(part)) return undefined
  return {
    text: String(part['text']),
    replace: (text) => parts.map((other, index) => (index === at ? { ...part, text } : other)),
  }
}
