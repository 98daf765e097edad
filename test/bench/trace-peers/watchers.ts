import {
  handWrittenAgent,
  otelAgent,
  ourAgent,
  plainAgent,
  type Agent,
  type Content,
} from '../turn-agents.ts'
import { pipelines, type Pipeline, type Place } from './pipelines.ts'

/** An agent of the AI SDK that is watched in one way, with the pipeline its spans go through. */
export interface Watched {
  readonly agent: Agent
  readonly pipeline?: Pipeline
}

type Watcher = (steps: number, place: Place, content?: Content) => Watched

const ours =
  (capture: 'preview' | 'full', row = 'ours'): Watcher =>
  (steps, place, content) => {
    const pipeline = opened(row, place)
    return {
      pipeline,
      agent: ourAgent(steps, { provider: pipeline.provider, hooks: true, capture, content }),
    }
  }

const otel =
  (row: string): Watcher =>
  (steps, place, content) => {
    const pipeline = opened(row, place)
    return { pipeline, agent: otelAgent(steps, pipeline.provider.getTracer('gen_ai'), content) }
  }

/** Ways of watching an agent and delivering what was seen, by the name of their row; the agent that nobody watches first. */
export const watchers: Readonly<Record<string, Watcher>> = {
  none: (steps, _place, content) => ({ agent: plainAgent(steps, { content }) }),
  'spans by hand, bare OpenTelemetry': (steps, place) => {
    const pipeline = opened('bare OpenTelemetry, JSON', place)
    return { pipeline, agent: handWrittenAgent(steps, pipeline.provider.getTracer('gen_ai')) }
  },
  'ours, hooks and spans': ours('preview'),
  'ours, hooks and spans, full content': ours('full'),
  'ours, hooks and spans, full content, JSON': ours('full', 'ours, JSON'),
  '@ai-sdk/otel, bare OpenTelemetry': otel('bare OpenTelemetry, JSON'),
  '@ai-sdk/otel, Langfuse': otel('Langfuse'),
  '@ai-sdk/otel, OpenInference': otel('OpenInference'),
}

/** Watches in the way of a row. */
export function watched(name: string, ...how: Parameters<Watcher>): Watched {
  const watcher = watchers[name]
  if (watcher === undefined) throw new Error(`there is no watcher ${name}`)
  return watcher(...how)
}

function opened(name: string, place: Place): Pipeline {
  const open = pipelines[name]
  if (open === undefined) throw new Error(`there is no pipeline ${name}`)
  return open(place)
}
