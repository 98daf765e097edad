import type { CapturedText, ContentCapture } from '../run/content.ts'
import { DROPPED } from '../privacy/redact.ts'
import { PromptHistory, type EarlierMessages } from './prompt-history.ts'
import { recordMessages, type Recorder } from './record-messages.ts'
import { RecordedTexts } from './recorded-texts.ts'
import { toMessages } from './to-messages.ts'

/** How the recorded messages of a model call stand to all it was given. */
export interface PromptRecord {
  /** With how many messages another step's model call began as well; they are not recorded again. */
  readonly earlier?: EarlierMessages | undefined
  /** How many of the others found no room. */
  readonly omitted: number
}

const LONG = 4096
const MAX_LONG = 16

/** What a run and its models have said so far, so that all of it is recorded once. */
export class Conversation {
  readonly #texts = new RecordedTexts()
  readonly #history = new PromptHistory()
  readonly #long = new Map<string, CapturedText>()
  readonly #content: ContentCapture

  constructor(content: ContentCapture) {
    this.#content = content
  }

  /** Records what a model is given: only what is new since the run's call before. */
  prompt(value: unknown, stepId: string): (CapturedText & { readonly prompt: PromptRecord }) | undefined {
    if (this.#content.mode === 'off' || value === undefined) return undefined
    try {
      const given: readonly unknown[] = Array.isArray(value) ? value : [value]
      const earlier = this.#history.next(given, stepId)
      const fresh = toMessages(given.slice(earlier?.count ?? 0))
      const { omitted, ...recorded } = recordMessages(fresh, this.#recording)
      return { ...recorded, prompt: { earlier, omitted } }
    } catch {
      return { ...UNREADABLE, prompt: { omitted: 0 } }
    }
  }

  /** Records what a model answered: parts of one message, or messages. */
  answer(value: unknown, finishReason: string | undefined): CapturedText | undefined {
    if (this.#content.mode === 'off' || value === undefined) return undefined
    try {
      const { text, redactions } = recordMessages(toMessages(value, 'assistant'), {
        ...this.#recording,
        finishReason: this.#reason(finishReason),
      })
      return { text, redactions }
    } catch {
      return UNREADABLE
    }
  }

  get #recording(): Recorder {
    return { content: this.#content, texts: this.#texts, capture: (value) => this.text(value) }
  }

  #reason(said = 'stop'): string {
    return Object.hasOwn(FINISH_REASONS, said) ? (FINISH_REASONS[said] ?? said) : this.#content.name(said)
  }

  /** Captures a value; a long text that comes again, as a result and in a prompt, is redacted once. */
  text(value: unknown): CapturedText | undefined {
    if (this.#content.mode !== 'full' || typeof value !== 'string' || value.length < LONG)
      return this.#content.text(value)
    const known = this.#long.get(value)
    if (known !== undefined) return known
    const captured = this.#content.text(value)
    if (this.#long.size >= MAX_LONG) this.#long.clear()
    if (captured !== undefined) this.#long.set(value, captured)
    return captured
  }

  /** Notes a text that a span of the run has. */
  recorded(text: string | undefined): void {
    this.#texts.add(text)
  }
}

const UNREADABLE: CapturedText = { text: DROPPED, redactions: [{ kind: 'dropped', count: 1 }] }

/** Reasons in the words of the conventions. */
const FINISH_REASONS: Readonly<Record<string, string>> = {
  'tool-calls': 'tool_call',
  tool_calls: 'tool_call',
  tool_use: 'tool_call',
  'content-filter': 'content_filter',
  end_turn: 'stop',
}
