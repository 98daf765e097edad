import { whenReady, type Awaitable } from '../../values/awaitable.ts'
import { judgeCall, judgeProviderResult, judgeText, withoutText, type AnswerGuard } from './model-answer.ts'
import { isBag, type Bag, type ModelPart, type ModelResult } from './shapes.ts'
import { withFinishReason } from './usage.ts'

/** What AI SDK 7 adds to a result whose structured output is not its text. */
interface StructuredResult extends ModelResult {
  readonly structuredOutputText?: unknown
}

/** Judges everything a model's whole answer holds; gives the answer back as it is where nothing changed. */
export function judgedResult(guard: AnswerGuard, result: StructuredResult): Awaitable<ModelResult> {
  return whenReady(judgeContent(guard, result.content), (judged) => {
    const { structuredOutputText: original, content: said } = result
    const structured =
      typeof original === 'string' && guard.run.hears('message')
        ? judgeStructured(guard, { text: original, said, changed: judged.content !== undefined })
        : original
    return whenReady(structured, (text) => settledResult(guard, result, { ...judged, structured: text }))
  })
}

function settledResult(
  guard: AnswerGuard,
  result: StructuredResult,
  judged: JudgedContent & { readonly structured: unknown },
): ModelResult {
  const { structuredOutputText: original } = result
  const { structured } = judged
  guard.run.throwIfFatal()
  if (judged.content === undefined && structured === original) return result
  const { structuredOutputText: _original, ...rest } = result
  // where tools are called the reason stays: the framework executes them for that reason only
  const finishReason =
    judged.denied && judged.final
      ? withFinishReason(result.finishReason, 'content-filter')
      : result.finishReason
  const content = judged.content ?? result.content
  return {
    ...withoutTraces(rest),
    content,
    finishReason,
    ...(structured === undefined ? {} : { structuredOutputText: structured }),
  }
}

interface JudgedContent {
  /** The content to go on with, or nothing where it stays as it is. */
  readonly content: readonly ModelPart[] | undefined
  readonly denied: boolean
  readonly final: boolean
}

function judgeContent(guard: AnswerGuard, content: readonly ModelPart[]): Awaitable<JudgedContent> {
  const final = !content.some((part) => part.type === 'tool-call' && part['providerExecuted'] !== true)
  const reasoning = thoughtOf(content)
  let denied = false
  const judge = (part: ModelPart): Awaitable<ModelPart | undefined> => {
    if (part.type === 'tool-call') return judgeCall(guard, part, reasoning)
    const { type } = part
    if ((type !== 'text' && type !== 'reasoning') || typeof part['text'] !== 'string') return part
    return whenReady(judgeText(guard, part['text'], { part: type, final }), (text) => {
      if (!text.changed) return part
      denied ||= text.denied && type === 'text'
      return text.denied && type === 'reasoning' ? undefined : { ...withoutText(part), text: text.text }
    })
  }
  const conclude = (judged: readonly (ModelPart | undefined)[]): JudgedContent => {
    const same = judged.every((part, index) => part === content[index])
    return { content: same ? undefined : judged.filter((part) => part !== undefined), denied, final }
  }
  return whenReady(judgeAll(content, judge), (judged) =>
    judged.some((part) => part?.type === 'tool-result')
      ? whenReady(
          judgeAll(judged, (part) =>
            part?.type === 'tool-result' ? judgeProviderResult(guard, part) : part,
          ),
          conclude,
        )
      : conclude(judged),
  )
}

type Judged = ModelPart | undefined

function judgeAll<P extends Judged>(
  parts: readonly P[],
  judge: (part: P) => Awaitable<Judged>,
): Awaitable<readonly Judged[]> {
  let waits = false
  const judged = parts.map((part) => {
    const next = judgedOrRejected(part, judge)
    waits ||= next instanceof Promise
    return next
  })
  return waits ? Promise.all(judged.map((part) => Promise.resolve(part))) : (judged as readonly Judged[])
}

// what throws at once must not leave those unattended that reject later
function judgedOrRejected<P>(part: P, judge: (part: P) => Awaitable<Judged>): Awaitable<Judged> {
  try {
    return judge(part)
  } catch (error) {
    return Promise.reject(error)
  }
}

// a second text beside the content: judged for itself unless it is the same one
async function judgeStructured(
  guard: AnswerGuard,
  {
    text,
    said,
    changed,
  }: { readonly text: string; readonly said: readonly ModelPart[]; readonly changed: boolean },
): Promise<string | undefined> {
  if (text === textOf(said, 'text', '')) return changed ? undefined : text
  return (await judgeText({ ...guard, structured: true }, text, { part: 'text', final: true })).text
}

/** What the model thought before it acted: its reasoning, or else the text before its calls. */
function thoughtOf(content: readonly ModelPart[]): string | undefined {
  const thought = textOf(content, 'reasoning', '\n') || textOf(content, 'text', '\n')
  return thought === '' ? undefined : thought
}

function textOf(content: readonly ModelPart[], type: string, separator: string): string {
  return content
    .filter((part) => part.type === type && typeof part['text'] === 'string')
    .map((part) => String(part['text']))
    .join(separator)
}

// the provider's own form of the answer still says what was withheld
function withoutTraces<R extends object>(result: R): R {
  const response: unknown = Reflect.get(result, 'response')
  const providerMetadata: unknown = Reflect.get(result, 'providerMetadata')
  return {
    ...result,
    ...(isBag(response) ? { response: { ...response, body: undefined } } : {}),
    ...(isBag(providerMetadata) ? { providerMetadata: withoutLogprobs(providerMetadata) } : {}),
  }
}

/** Provider metadata without the tokens of the answer, which some providers list there. */
export function withoutLogprobs(providerMetadata: Bag): Bag {
  return Object.fromEntries(
    Object.entries(providerMetadata).map(([provider, facts]) => {
      if (!isBag(facts)) return [provider, facts]
      const { logprobs: _tokens, ...rest } = facts
      return [provider, rest]
    }),
  )
}
