import type { TokenUsage } from '../events/event.ts'
import type { AOSOptions, PriceFunction } from './options.ts'

const MILLION = 1_000_000

/** Dollars of one model call from the user's function or dated table; nothing where the price is not known. */
export function priceOf(
  price: AOSOptions['price'],
  call: { readonly provider: string | undefined; readonly model: string; readonly usage: TokenUsage },
): number | undefined {
  if (price === undefined) return undefined
  if (typeof price === 'function') return fromFunction(price, call)
  const row = Object.hasOwn(price.models, call.model) ? price.models[call.model] : undefined
  if (row === undefined) return undefined
  const { inputTokens = 0, outputTokens = 0, cacheReadTokens = 0, cacheWriteTokens = 0 } = call.usage
  const cached = cacheReadTokens + cacheWriteTokens
  const dollars =
    Math.max(0, inputTokens - cached) * row.input +
    cacheReadTokens * (row.cacheRead ?? row.input) +
    cacheWriteTokens * (row.cacheWrite ?? row.input) +
    outputTokens * row.output
  return dollars / MILLION
}

function fromFunction(
  price: PriceFunction,
  {
    provider,
    model,
    usage,
  }: { readonly provider: string | undefined; readonly model: string; readonly usage: TokenUsage },
): number | undefined {
  try {
    const dollars = price(provider, model, usage)
    return typeof dollars === 'number' && Number.isFinite(dollars) && dollars >= 0 ? dollars : undefined
  } catch {
    // a price that cannot be told is an unknown price, never a failed run
    return undefined
  }
}
