import type { Run } from '../../run/run.ts'
import type { Step } from '../../run/step.ts'
import { judgeCall, judgeProviderResult, judgeText, type AnswerGuard } from './model-answer.ts'
import type { ModelCall } from './model-seam.ts'
import type { ModelPart } from './shapes.ts'
import type { StreamWatch } from './stream-watch.ts'
import { factsOf, withFinishReason } from './usage.ts'

/** Gates a model's stream: nothing that has not been decided leaves, and every end of the stream ends its step. */
export function guardStream(source: ReadableStream<ModelPart>, call: ModelCall, watch: StreamWatch | undefined): ReadableStream<ModelPart> {
  const reader = source.getReader()
  const { run } = call.ticket
  const gate = new StreamGate(call)
  const fail = (controller: ReadableStreamDefaultController<ModelPart>, error: unknown): void => {
    gate.close('error', error)
    watch?.modelFailed(error)
    // an `error` part for those who read parts, and a failed stream so that every promise of the result rejects
    if (run.fatal !== undefined) controller.enqueue({ type: 'error', error })
    controller.error(error)
    if (run.fatal !== undefined) reader.cancel(error).catch(() => undefined)
  }
  return new ReadableStream<ModelPart>(
    {
      async pull(controller) {
        try {
          for (;;) {
            const { done, value } = await reader.read()
            watch?.touch()
            run.throwIfFatal()
            if (done) {
              for (const part of gate.rest()) controller.enqueue(part)
              gate.close('ok')
              controller.close()
              return
            }
            if (value.type === 'error') watch?.modelFailed(value['error'])
            const parts = gate.passes(value) ? [value] : await run.enter(() => gate.judge(value))
            run.throwIfFatal()
            for (const part of parts) controller.enqueue(part)
            if (parts.length > 0) return
          }
        } catch (error) {
          fail(controller, run.fatal === undefined ? error : run.fatal.error)
        }
      },
      async cancel(reason) {
        gate.close('cancelled')
        await reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}

interface HeldText {
  readonly kind: 'text' | 'reasoning'
  readonly parts: ModelPart[]
  text: string
}

const CAPTURE_LIMIT = 256 * 1024

/** What of one answer is held back, and what was seen of it so far. */
class StreamGate {
  readonly #guard: AnswerGuard
  readonly #run: Run
  readonly #step: Step
  readonly #holdsText: boolean
  readonly #holdsCalls: boolean
  readonly #texts = new Map<unknown, HeldText>()
  readonly #inputs = new Map<unknown, ModelPart[]>()
  #seen = ''
  #thought = ''
  #denied = false

  constructor(call: ModelCall) {
    this.#guard = call.guard
    this.#run = call.ticket.run
    this.#step = call.ticket.step
    this.#holdsText = this.#run.hears('message') && this.#run.core.options.streamGuard === 'buffer'
    this.#holdsCalls = this.#run.hears('toolCallRequest')
  }

  /** Whether a part goes through without being looked at any further. */
  passes(part: ModelPart): boolean {
    if (TEXT_PARTS.has(part.type)) {
      this.#note(part)
      return !this.#run.hears('message')
    }
    if (INPUT_PARTS.has(part.type)) return !this.#holdsCalls
    return !JUDGED_PARTS.has(part.type)
  }

  async judge(part: ModelPart): Promise<readonly ModelPart[]> {
    if (TEXT_PARTS.has(part.type)) return this.#text(part)
    if (INPUT_PARTS.has(part.type)) return this.#holdInput(part)
    if (part.type === 'tool-call') return this.#call(part)
    if (part.type === 'tool-result') return [await judgeProviderResult(this.#guard, part)]
    if (part.type === 'response-metadata') {
      this.#step.setFacts({ actual: typeof part['modelId'] === 'string' ? part['modelId'] : undefined })
      return [part]
    }
    return this.#finish(part)
  }

  /** What is still held when the stream closes without its end: text that was never judged does not leave. */
  rest(): readonly ModelPart[] {
    return this.#holdsText ? [] : [...this.#texts.values()].flatMap(({ parts }) => parts)
  }

  close(how: 'ok' | 'error' | 'cancelled', error?: unknown): void {
    if (this.#step.ended) return
    if (this.#seen !== '') this.#step.captureOutput(this.#seen)
    if (how === 'error') this.#step.fail(error)
    else this.#step.end(how)
  }

  #note(part: ModelPart): void {
    const delta = part['delta']
    if (typeof delta !== 'string') return
    if (part.type.startsWith('reasoning')) this.#thought += delta
    if (this.#seen.length < CAPTURE_LIMIT) this.#seen += delta
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
    // final is not known before the answer has ended: a text block is judged when it is complete
    const judged = await judgeText(this.#guard, held.text, { part: kind, final: false })
    if (!this.#holdsText) return [part]
    if (!judged.changed) return held.parts
    this.#denied ||= judged.denied && kind === 'text'
    if (judged.denied && kind === 'reasoning') return []
    return replaced(held.parts, judged.text)
  }

  #holdInput(part: ModelPart): readonly ModelPart[] {
    const id = part['id']
    const held = this.#inputs.get(id) ?? []
    held.push(part)
    this.#inputs.set(id, held)
    return []
  }

  async #call(part: ModelPart): Promise<readonly ModelPart[]> {
    const id = part['toolCallId']
    const held = this.#inputs.get(id) ?? []
    this.#inputs.delete(id)
    const thought = this.#thought || this.#seen
    const judged = await judgeCall(this.#guard, part, thought === '' ? undefined : thought)
    if (judged === undefined) return []
    if (judged === part) return [...held, part]
    return [...inputParts(held, String(judged['input'])), judged]
  }

  #finish(part: ModelPart): readonly ModelPart[] {
    const facts = factsOf(part, undefined)
    this.#step.setFacts({ usage: facts.usage, finishReasons: facts.finishReasons })
    this.close('ok')
    return [this.#denied ? { ...part, finishReason: withFinishReason(part['finishReason'], 'content-filter') } : part]
  }
}

const TEXT_PARTS: ReadonlySet<string> = new Set(['text-start', 'text-delta', 'text-end', 'reasoning-start', 'reasoning-delta', 'reasoning-end'])
const INPUT_PARTS: ReadonlySet<string> = new Set(['tool-input-start', 'tool-input-delta', 'tool-input-end'])
const JUDGED_PARTS: ReadonlySet<string> = new Set(['tool-call', 'tool-result', 'response-metadata', 'finish'])

// one delta with the whole new text in the place of the original ones
function replaced(parts: readonly ModelPart[], text: string): readonly ModelPart[] {
  const start = parts[0]
  const end = parts.at(-1)
  const delta = parts.find(({ type }) => type.endsWith('-delta'))
  if (start === undefined || end === undefined) return []
  const kind = start.type.slice(0, start.type.indexOf('-'))
  return [start, { ...delta, type: `${kind}-delta`, id: start['id'], delta: text }, end]
}

function inputParts(held: readonly ModelPart[], input: string): readonly ModelPart[] {
  const start = held.find(({ type }) => type === 'tool-input-start')
  if (start === undefined) return []
  const { inputEncoding: _encoding, ...rest } = start as ModelPart & { readonly inputEncoding?: unknown }
  return [rest as ModelPart, { type: 'tool-input-delta', id: start['id'], delta: input }, { type: 'tool-input-end', id: start['id'] }]
}
