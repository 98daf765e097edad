import type { AosEvent, DecisionRecord, StepRecord } from '@aos/sdk'
import { isDenial, isGuardianFailure } from '../ocsf/judged.ts'
import { OpenSessions } from './open-sessions.ts'
import {
  formatTimestamp,
  type ToolRisk,
  type TraceEvent,
  type TraceEventType,
  type TraceSeverity,
} from './trace-event.ts'

/** Says how dangerous a tool is; nothing for one it does not know. */
export type RiskOf = (tool: string) => ToolRisk | undefined

interface Told {
  readonly type: TraceEventType
  readonly data: object
  readonly severity?: TraceSeverity
}

/** Turns events of agents into events of a stream. */
export class TraceEventMapper {
  readonly #sessions = new OpenSessions()
  readonly #riskOf: RiskOf

  constructor(riskOf: RiskOf) {
    this.#riskOf = riskOf
  }

  map(event: AosEvent): readonly TraceEvent[] {
    const { at, runId } = event
    const sessionId = sessionOf(event) ?? this.#sessions.of(runId)
    const step = 'step' in event ? event.step : undefined
    const trace = step?.trace ?? ('run' in event ? event.run.trace : undefined)
    const timestamp = formatTimestamp(at)
    return this.#tell(event).map(
      ({ type, data, severity = 'info' }) =>
        Object.freeze({
          timestamp,
          type,
          data: Object.freeze(withoutAbsent(data)),
          severity,
          ...(runId === '' ? {} : { runId }),
          ...(sessionId === undefined ? {} : { sessionId }),
          ...(step === undefined ? {} : { stepId: step.id }),
          ...(trace === undefined ? {} : { trace }),
        }) as TraceEvent,
    )
  }

  #tell(event: AosEvent): readonly Told[] {
    switch (event.type) {
      case 'run.start':
        return this.#sessions.opened(event.run)
          ? [{ type: 'session.start', data: { id: event.run.sessionId, user: event.run.userId } }]
          : []
      case 'run.end':
        return this.#runEnded(event)
      case 'step.start':
        return this.#stepStarted(event.step)
      case 'step.end':
        return stepEnded(event.step)
      case 'decision':
        return decided(event.decision)
      case 'reasoning':
        return reasoned(event)
      default:
        return componentChanged(event)
    }
  }

  #runEnded({ run, end }: Extract<AosEvent, { type: 'run.end' }>): readonly Told[] {
    if (!this.#sessions.closed(run)) return []
    const { status, outcome } = end
    const severity = status === 'failed' ? 'medium' : 'info'
    return [{ type: 'session.end', data: { id: run.sessionId, status, outcome }, severity }]
  }

  #stepStarted({ kind, name }: StepRecord): readonly Told[] {
    if (kind !== 'toolCall') return []
    const risk = this.#riskOf(name)
    return [{ type: 'tool.call', data: { name, risk }, severity: risk ?? 'info' }]
  }
}

function sessionOf(event: AosEvent): string | undefined {
  if (event.type === 'run.start' || event.type === 'run.end') return event.run.sessionId
  return event.type === 'component.change' ? event.sessionId : undefined
}

function stepEnded(step: StepRecord): readonly Told[] {
  const { kind, name, content, protocol } = step
  const status = step.status ?? 'ok'
  const tell = (type: TraceEventType, data: object): readonly Told[] => [
    { type, data: { ...data, status }, severity: status === 'error' ? 'medium' : 'info' },
  ]
  switch (kind) {
    case 'modelCall':
    case 'embedding':
      return tell('model.call', { model: name, provider: step.model?.provider, usage: step.usage })
    case 'message':
      return tell('message', { role: name, content: content.input })
    case 'toolCall':
      return tell('tool.result', { name, output: content.output })
    case 'knowledgeRetrieval':
      return tell('knowledge.retrieval', { source: name, query: content.input })
    case 'memoryContextRetrieval':
      return tell('memory.read', { store: name })
    case 'memoryStore':
      return tell('memory.store', { store: name })
    case 'mcp':
    case 'a2a':
      return tell(`protocol.${kind}`, {
        method: protocol?.method ?? name,
        direction: protocol?.direction ?? 'outbound',
        peer: protocol?.peer?.name,
      })
    default:
      return []
  }
}

function reasoned({ thought }: Extract<AosEvent, { type: 'reasoning' }>): readonly Told[] {
  return thought === undefined ? [] : [{ type: 'reasoning.step', data: { thought } }]
}

function decided(decision: DecisionRecord): readonly Told[] {
  const { hook, verdict, enforced, by, reason, reasonCodes, shadow } = decision
  const isShadow = shadow === true
  const denies = isDenial(decision) && !isShadow
  const fails = isGuardianFailure(decision) && !isShadow
  const severity = denies ? 'medium' : enforced === 'modified' ? 'low' : 'info'
  const why = reason ?? reasonCodes[0] ?? `${verdict} by ${by ?? decision.source}`
  return [
    { type: 'decision', data: { hook, verdict, enforced, by, reason }, severity },
    ...(fails
      ? [{ type: 'guardian.failure', data: { reason: why, codes: reasonCodes }, severity: 'medium' } as const]
      : []),
    ...(denies || fails
      ? [{ type: 'security.alert', data: { reason: why }, severity: 'high' } as const]
      : []),
  ]
}

function componentChanged({
  change,
  component,
  agent,
}: Extract<AosEvent, { type: 'component.change' }>): readonly Told[] {
  const { type, name, version } = component
  const { id, name: called } = agent
  return [{ type: 'agbom.update', data: { change, type, name, version, agent: { id, name: called } } }]
}

function withoutAbsent<Data extends object>(data: Data): Data {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined)) as Data
}
