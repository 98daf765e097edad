import type { Variant } from './interleave.ts'
import { handWrittenAgent, otelAgent, ourAgent, plainAgent, tracing, type Agent } from './turn-agents.ts'

/** How a turn is run. */
export type Mode = 'generate' | 'stream'

/** One AI SDK turn with so many tool steps, under each way of watching it. */
export function turnVariants(mode: Mode, steps: number): readonly Variant[] {
  const [spans, both, byHand, otel] = [tracing(), tracing(), tracing(), tracing()]
  const variant = (name: string, agent: Agent, settle?: () => Promise<void>): Variant => ({
    name,
    once: () => turn(mode, agent),
    ...(settle === undefined ? {} : { settle }),
  })
  return [
    variant('none', plainAgent(steps)),
    variant('wrapped, nobody listening', ourAgent(steps, { hooks: false })),
    variant('ours, hooks', ourAgent(steps, { hooks: true })),
    variant('ours, spans', ourAgent(steps, { provider: spans.provider, hooks: false }), () =>
      spans.processor.forceFlush(),
    ),
    variant('ours, spans and hooks', ourAgent(steps, { provider: both.provider, hooks: true }), () =>
      both.processor.forceFlush(),
    ),
    variant('spans by hand', handWrittenAgent(steps, byHand.provider.getTracer('bench')), () =>
      byHand.processor.forceFlush(),
    ),
    variant('@ai-sdk/otel', otelAgent(steps, otel.provider.getTracer('bench')), () =>
      otel.processor.forceFlush(),
    ),
  ]
}

async function turn(mode: Mode, agent: Agent): Promise<void> {
  if (mode === 'generate') {
    await agent.generate({ prompt: 'Find recent papers' })
    return
  }
  const { fullStream } = await agent.stream({ prompt: 'Find recent papers' })
  for await (const part of fullStream) if (part.type === 'error') throw part.error
}
