import type { GuardedRun } from '../../run/guarded-run.ts'
import { consume, decide } from '../../run/gate.ts'
import { AosDeniedError } from '../../errors.ts'
import { callIfFunction, isBag, type Bag } from './shapes.ts'

/** Gates an embedding model: admission and a span for each call of it. */
export function guardEmbeddingModel(model: unknown, guarded: GuardedRun): unknown {
  if (!isBag(model) || typeof model['doEmbed'] !== 'function') return model
  const doEmbed = (options: Bag): Promise<unknown> => embed(model, options, guarded)
  return new Proxy(model, {
    get: (target, key) => (key === 'doEmbed' ? doEmbed : (Reflect.get(target, key, target) as unknown)),
  })
}

async function embed(model: Bag, options: Bag, { run }: GuardedRun): Promise<unknown> {
  const call = (): unknown => callIfFunction(model['doEmbed'], model, [options])
  if (run.quiet) return call()
  const name = String(model['modelId'])
  const ticket = await decide(run, {
    kind: 'embedding',
    name,
    value: options['values'],
    model: { requested: name, provider: String(model['provider']) },
    component: { id: `model:${name}`, type: 'model', name },
  })
  if (ticket.denial !== undefined) throw new AosDeniedError(ticket.denial)
  consume(ticket)
  const { step } = ticket
  try {
    const result = await run.enter(call, step)
    const tokens = isBag(result) && isBag(result['usage']) ? result['usage']['tokens'] : undefined
    if (typeof tokens === 'number') step.setFacts({ usage: { inputTokens: tokens } })
    step.end('ok')
    return result
  } catch (error) {
    step.fail(error)
    throw error
  }
}
