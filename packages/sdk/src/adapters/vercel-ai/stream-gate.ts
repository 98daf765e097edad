import type { Run } from '../../run/run.ts'
import type { Step } from '../../run/step.ts'
import { judgeCall, judgeProviderResult, judgeText, withoutText, type AnswerGuard } from './model-answer.ts'
import { withoutLogprobs } from './model-result.ts'
import type { ModelCall } from './model-seam.ts'
import { isBag, type ModelPart } from './shapes.ts'
import { factsOf, withFinishReason } from './usage.ts'

interface HeldText {
  readonly kind: 'text' | 'reasoning'
  readonly parts: ModelPart[]
  text: string
}

interface SaidPart {
  readonly type: string
  readonly [member: string]: unknown
  text: string
}

const CAPTURE_LIMIT = 256 * 1024
const MAX_PARTS = 1000

/** What of one streamed answer is held back, and what was seen of it so far. */
export class StreamGate {
  readonly #guard: AnswerGuard
  readonly run: Run
  readonly #step: Step
  readonly #holdsText: boolean
  readonly #holdsCalls: boolean
  readonly #texts = new Map<unknown, HeldText>()
  readonly #inputs = new Map<unknown, ModelPart[]>()
  /** What the model says, as the parts of one message. */
  readonly #said: SaidPart[] = []
  #seen = ''
  #thought = ''
  #denied = false
  #changed = false
  #calls = false

  constructor(call: ModelCall) {
    this.#guard = call.guard
    this.run = call.ticket.run
    this.#step = call.ticket.step
    this.#holdsText = this.run.guards('message') && this.run.core.options.streamGuard === 'buffer'
    this.#holdsCalls = this.run.guards('toolCallRequest')
  }

  /** Whether a part goes through without being looked at any further. */
  passes(part: ModelPart): boolean {
    if (TEXT_PARTS.has(part.type)) {
      this.#note(part)
      return !this.run.hears('message')
    }
    if (INPUT_PARTS.has(part.type)) return !this.#holdsCalls
    return !JUDGED_PARTS.has(part.type)
  }

  async judge(part: ModelPart): Promise<readonly ModelPart[]> {
    if (TEXT_PARTS.has(part.type)) return this.#text(part)
    if (INPUT_PARTS.has(part.type)) return this.#holdInput(part)
    if (part.type === 'tool-call') return this.#call(part)
    if (part.type === 'tool-result') return present(await judgeProviderResult(this.#guard, part))
    // the provider's own form of what is held
    if (part.type === 'raw') return this.#holdsText || this.#holdsCalls ? [] : [part]
    if (part.type === 'response-metadata') {
      this.#step.setFacts({ actual: typeof part['modelId'] === 'string' ? part['modelId'] : undefined })
      return [part]
    }
    return this.#finish(part)
  }

  /** What is still held when the answer ends: texts that the model never closed. */
  async rest(): Promise<readonly ModelPart[]> {
    const open = [...this.#texts]
    this.#texts.clear()
    const judged: ModelPart[] = []
    for (const [, held] of open) judged.push(...(await this.#judgeText(held)))
    return judged
  }

  close(how: 'ok' | 'error' | 'cancelled', error?: unknown): void {
    if (this.#step.ended) return
    if (this.#said.length > 0) this.#step.captureOutput(this.#said)
    if (how === 'error') this.#step.fail(error)
    else this.#step.end(how)
  }

  #note(part: ModelPart): void {
    const delta = part['delta']
    if (typeof delta !== 'string') return
    const type = part.type.startsWith('reasoning') ? 'reasoning' : 'text'
    if (type === 'reasoning') this.#thought += delta
    if (this.#seen.length >= CAPTURE_LIMIT) return
    this.#seen += delta
    const last = this.#said.at(-1)
    if (last?.type === type) last.text += delta
    else this.#said.push({ type, text: delta })
  }

  async #text(part: ModelPart): Promise<readonly ModelPart[]> {
    const kind = part.type.startsWith('text') ? 'text' : 'reasoning'
    const key = `${kind}:${String(part['id'])}`
    const held = this.#texts.get(key) ?? { kind, parts: [], text: '' }
    this.#texts.set(key, held)
    held.parts.push(part)
    if (typeof part['delta'] === 'string') held.text += part['delta']
    if (!part.type.endsWith('-end')) return this.#holdsText ? [] : [part]
    this.#texts.delete(key)
    const judged = await this.#judgeText(held)
    return this.#holdsText ? judged : [part]
  }

  // final is not known before the answer has ended: a text block is judged when it is complete
  async #judgeText({ kind, parts, text }: HeldText): Promise<readonly ModelPart[]> {
    const judged = await judgeText(this.#guard, text, { part: kind })
    if (!this.#holdsText) return []
    if (!judged.changed) return parts
    this.#changed = true
    this.#denied ||= judged.denied && kind === 'text'
    return judged.denied && kind === 'reasoning' ? [] : replaced(parts, judged.text)
  }

  #holdInput(part: ModelPart): readonly ModelPart[] {
    const id = part['id']
    const held = this.#inputs.get(id) ?? []
    held.push(part)
    this.#inputs.set(id, held)
    return []
  }

  async #call(part: ModelPart): Promise<readonly ModelPart[]> {
    this.#calls ||= part['providerExecuted'] !== true
    const { toolCallId, toolName, input } = part
    if (this.#said.length < MAX_PARTS)
      this.#said.push({ type: 'tool-call', toolCallId, toolName, input, text: '' })
    const id = part['toolCallId']
    const held = this.#inputs.get(id) ?? []
    this.#inputs.delete(id)
    const thought = this.#thought || this.#seen
    const judged = await judgeCall(this.#guard, part, thought === '' ? undefined : thought)
    if (judged === undefined) return []
    if (judged === part) return [...held, part]
    return [...inputParts(held, String(judged['input'])), judged]
  }

  async #finish(part: ModelPart): Promise<readonly ModelPart[]> {
    const rest = await this.rest()
    const facts = factsOf(part, undefined)
    this.#step.setFacts({ usage: facts.usage, finishReasons: facts.finishReasons })
    this.close('ok')
    if (!this.#changed) return [...rest, part]
    const { providerMetadata } = part
    // where tools are called the reason stays: the framework executes them for that reason only
    const finishReason =
      this.#denied && !this.#calls
        ? withFinishReason(part['finishReason'], 'content-filter')
        : part['finishReason']
    return [
      ...rest,
      {
        ...part,
        finishReason,
        ...(isBag(providerMetadata) ? { providerMetadata: withoutLogprobs(providerMetadata) } : {}),
      },
    ]
  }
}

const TEXT_PARTS: ReadonlySet<string> = new Set([
  'text-start',
  'text-delta',
  'text-end',
  'reasoning-start',
  'reasoning-delta',
  'reasoning-end',
])
const INPUT_PARTS: ReadonlySet<string> = new Set(['tool-input-start', 'tool-input-delta', 'tool-input-end'])
const JUDGED_PARTS: ReadonlySet<string> = new Set([
  'tool-call',
  'tool-result',
  'response-metadata',
  'finish',
  'raw',
])

// one delta with the whole new text in the place of the original ones
function replaced(parts: readonly ModelPart[], text: string): readonly ModelPart[] {
  const start = parts[0]
  const delta = parts.find(({ type }) => type.endsWith('-delta'))
  if (start === undefined) return []
  const kind = start.type.slice(0, start.type.indexOf('-'))
  const given = delta === undefined ? {} : withoutText(delta)
  return [
    withoutText(start),
    { ...given, type: `${kind}-delta`, id: start['id'], delta: text },
    { type: `${kind}-end`, id: start['id'] },
  ]
}

function present(part: ModelPart | undefined): readonly ModelPart[] {
  return part === undefined ? [] : [part]
}

function inputParts(held: readonly ModelPart[], input: string): readonly ModelPart[] {
  const start = held.find(({ type }) => type === 'tool-input-start')
  if (start === undefined) return []
  const { inputEncoding: _encoding, ...rest } = start as ModelPart & { readonly inputEncoding?: unknown }
  return [
    rest as ModelPart,
    { type: 'tool-input-delta', id: start['id'], delta: input },
    { type: 'tool-input-end', id: start['id'] },
  ]
}
