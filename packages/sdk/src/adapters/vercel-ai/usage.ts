import type { TokenUsage } from '../../events/event.ts'
import type { ModelFacts } from '../../run/step.ts'
import { isBag } from './shapes.ts'

/** Tokens of one model call, from the flat form of specification v2 and the nested form of v3 and v4. */
export function usageOf(usage: unknown): TokenUsage | undefined {
  if (!isBag(usage)) return undefined
  const input = usage['inputTokens']
  const output = usage['outputTokens']
  if (isBag(input) || isBag(output)) {
    return known({
      inputTokens: count(isBag(input) ? input['total'] : undefined),
      outputTokens: count(isBag(output) ? output['total'] : undefined),
      cacheReadTokens: count(isBag(input) ? input['cacheRead'] : undefined),
      cacheWriteTokens: count(isBag(input) ? input['cacheWrite'] : undefined),
      reasoningTokens: count(isBag(output) ? output['reasoning'] : undefined),
    })
  }
  return known({
    inputTokens: count(input),
    outputTokens: count(output),
    cacheReadTokens: count(usage['cachedInputTokens']),
    reasoningTokens: count(usage['reasoningTokens']),
  })
}

/** The finish reason in the words all versions share. */
export function finishReasonOf(reason: unknown): string | undefined {
  if (typeof reason === 'string') return reason
  const unified = isBag(reason) ? reason['unified'] : undefined
  return typeof unified === 'string' ? unified : undefined
}

/** A finish reason of the same form as the given one. */
export function withFinishReason(original: unknown, reason: string): unknown {
  return isBag(original) ? { ...original, unified: reason } : reason
}

/** Usage, model and finish reason of an answer. */
export function factsOf(answer: object, response: unknown): ModelFacts {
  const finish = finishReasonOf(Reflect.get(answer, 'finishReason'))
  const actual = isBag(response) ? response['modelId'] : undefined
  return {
    usage: usageOf(Reflect.get(answer, 'usage')),
    finishReasons: finish === undefined ? undefined : [finish],
    actual: typeof actual === 'string' ? actual : undefined,
  }
}

function count(tokens: unknown): number | undefined {
  return typeof tokens === 'number' && Number.isFinite(tokens) ? tokens : undefined
}

function known(usage: TokenUsage): TokenUsage | undefined {
  return Object.values(usage).some((tokens) => tokens !== undefined) ? usage : undefined
}
