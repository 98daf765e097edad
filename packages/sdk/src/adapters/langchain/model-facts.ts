import type { TokenUsage } from '../../events/event.ts'
import type { ModelFacts } from '../../run/step.ts'
import { callIfFunction, isBag, type AnswerShape } from './shapes.ts'

/** Model and provider as a chat model names itself. */
export function namesOf(model: object): { readonly model: string; readonly provider: string | undefined } {
  const innermost = chatModelOf(model) ?? model
  const params = lsParamsOf(innermost)
  // a model that is made from a name when it is called knows no more than what it is made from
  const made: unknown = Reflect.get(innermost, '_defaultConfig')
  const settings = isBag(made) ? made : {}
  const named =
    textOf(settings['model']) ??
    textOf(params?.['ls_model_name']) ??
    textOf(Reflect.get(innermost, 'model')) ??
    textOf(Reflect.get(innermost, 'modelName')) ??
    textOf(callIfFunction(Reflect.get(innermost, 'getName'), innermost, []))
  const provider =
    textOf(settings['modelProvider']) ??
    textOf(params?.['ls_provider']) ??
    textOf(callIfFunction(Reflect.get(innermost, '_llmType'), innermost, []))
  return { model: named ?? 'model', provider }
}

/** The chat model inside of bindings and sequences. */
export function chatModelOf(model: unknown): object | undefined {
  if (!isBag(model)) return undefined
  if (typeof model['_generate'] === 'function') return model
  const steps = model['steps']
  if (Array.isArray(steps)) {
    for (const step of steps) {
      const found = chatModelOf(step)
      if (found !== undefined) return found
    }
  }
  return chatModelOf(model['bound'])
}

/** Usage, model and finish reason of an answer; usage only from where all providers agree on its meaning. */
export function factsOf(answer: AnswerShape): ModelFacts {
  const response = isBag(answer.response_metadata) ? answer.response_metadata : {}
  const finish =
    textOf(response['finish_reason']) ??
    textOf(response['stop_reason']) ??
    textOf(response['finishReason']) ??
    textOf(response['done_reason'])
  return {
    usage: usageOf(answer.usage_metadata),
    actual: textOf(response['model_name']) ?? textOf(response['model']),
    finishReasons: finish === undefined ? undefined : [finish],
  }
}

function usageOf(usage: unknown): TokenUsage | undefined {
  if (!isBag(usage)) return undefined
  const input = isBag(usage['input_token_details']) ? usage['input_token_details'] : {}
  const output = isBag(usage['output_token_details']) ? usage['output_token_details'] : {}
  const tokens: TokenUsage = {
    inputTokens: countOf(usage['input_tokens']),
    outputTokens: countOf(usage['output_tokens']),
    cacheReadTokens: countOf(input['cache_read']),
    cacheWriteTokens: countOf(input['cache_creation']),
    reasoningTokens: countOf(output['reasoning']),
  }
  return Object.values(tokens).some((count) => count !== undefined) ? tokens : undefined
}

function lsParamsOf(model: object): Readonly<Record<string, unknown>> | undefined {
  try {
    const params = callIfFunction(Reflect.get(model, 'getLsParams'), model, [{}])
    return isBag(params) ? params : undefined
  } catch {
    // a model may ask for call options that only a call has
    return undefined
  }
}

function countOf(tokens: unknown): number | undefined {
  return typeof tokens === 'number' && Number.isFinite(tokens) ? tokens : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
