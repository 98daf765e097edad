import { createRedactor, VERSION, type Redactor } from '@aos/sdk'
import { ROOT_CONTEXT, trace, TraceFlags, type Attributes, type Context } from '@opentelemetry/api'
import { validText } from '../export/valid-value.ts'
import { formatTime } from '../format-span.ts'
import { globalLoggerProvider, type LoggerProvider } from '../logs/logger-provider.ts'
import type { ReadableSpan } from '../otel/span-types.ts'
import { SCOPE } from '../scope.ts'
import { runFactsOf } from './run-facts.ts'

/** A run as the AOS landing page hands it to a guardian (`aos/trace/emit`). */
export interface TraceEmit {
  readonly jsonrpc: '2.0'
  /** The landing page prints none; other servers answer only what has one. */
  readonly id?: string | number
  readonly method: 'aos/trace/emit'
  readonly params: {
    readonly traceId: string
    readonly spanId: string
    readonly event: {
      readonly type: 'agent.execution'
      readonly timestamp: string
      readonly attributes: {
        readonly 'session.id'?: string
        readonly 'agent.name': string
        readonly 'reasoning.steps': number
        readonly 'tools.called': readonly string[]
      }
    }
  }
}

/** Makes the message of a run from its ended span, or from the caller's span around it. */
export function toTraceEmit(
  span: ReadableSpan,
  options: { readonly id?: string | number | undefined } = {},
): TraceEmit {
  const { traceId, spanId } = span.spanContext()
  const { agent, session, reasoningSteps, toolsCalled } = runFactsOf(span)
  return {
    jsonrpc: '2.0',
    ...(options.id === undefined ? {} : { id: options.id }),
    method: 'aos/trace/emit',
    params: {
      traceId,
      spanId,
      event: {
        type: 'agent.execution',
        timestamp: formatTime(span.startTime),
        attributes: {
          ...(session === undefined ? {} : { 'session.id': session }),
          'agent.name': agent,
          'reasoning.steps': reasoningSteps,
          'tools.called': toolsCalled,
        },
      },
    },
  }
}

/** How messages of others are taken. */
export interface TraceEmitReceiverOptions {
  /** Default: the global one of `@opentelemetry/api-logs`. */
  readonly loggerProvider?: LoggerProvider | undefined
  /** Default: everything that `createRedactor()` finds. */
  readonly redactor?: Redactor | undefined
}

const MAX_ATTRIBUTES = 64
const MAX_CHARACTERS = 1_000
const INFO = { severityNumber: 9, severityText: 'INFO' } as const

const NAMES: Readonly<Record<string, string>> = {
  'session.id': 'aos.session.id',
  'agent.name': 'aos.agent.name',
  'reasoning.steps': 'aos.reasoning.steps',
  'tools.called': 'aos.tools.called',
}

/**
 * Makes what takes the params of `aos/trace/emit`, as `onTrace` of a guardian server does: each becomes an event
 * `aos.trace.emit` of the OpenTelemetry logs api, with the ids of its span. What others send is bounded and redacted; what
 * they add stands under `aos.emitted.`, where it passes for nothing that we say. It never throws.
 */
export function traceEmitReceiver(options: TraceEmitReceiverOptions = {}): (params: unknown) => void {
  const provider = options.loggerProvider ?? globalLoggerProvider()
  const logger = provider.getLogger(SCOPE, VERSION)
  const redactor = options.redactor ?? createRedactor()
  return (params) => {
    const event = member(params, 'event')
    const context = contextOf(member(params, 'traceId'), member(params, 'spanId'))
    const time = Date.parse(String(member(event, 'timestamp')))
    logger.emit({
      eventName: 'aos.trace.emit',
      timestamp: Number.isNaN(time) ? Date.now() : time,
      ...INFO,
      attributes: {
        'aos.event.type': textOf(member(event, 'type'), redactor),
        ...attributesOf(member(event, 'attributes'), redactor),
      },
      ...(context === undefined ? {} : { context }),
    })
  }
}

function attributesOf(given: unknown, redactor: Redactor): Attributes {
  const entries = typeof given === 'object' && given !== null ? Object.entries(given) : []
  return Object.fromEntries(
    entries.slice(0, MAX_ATTRIBUTES).map(([name, value]) => {
      const known = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined
      return [known ?? `aos.emitted.${textOf(name, redactor)}`, valueOf(value, redactor)]
    }),
  )
}

function valueOf(value: unknown, redactor: Redactor): Attributes[string] {
  if (typeof value === 'boolean' || Number.isSafeInteger(value)) return value as boolean | number
  if (!Array.isArray(value)) return textOf(value, redactor)
  return value.slice(0, MAX_ATTRIBUTES).map((entry) => textOf(entry, redactor))
}

function textOf(value: unknown, redactor: Redactor): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  // what is cut is cut again, as the edge may be within a secret
  const { text: redacted } = redactor.redactText(validText(text.slice(0, 2 * MAX_CHARACTERS)))
  return redacted.slice(0, MAX_CHARACTERS)
}

function contextOf(traceId: unknown, spanId: unknown): Context | undefined {
  if (typeof traceId !== 'string' || typeof spanId !== 'string') return undefined
  const ids = { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true }
  return trace.isSpanContextValid(ids) ? trace.setSpanContext(ROOT_CONTEXT, ids) : undefined
}

function member(holder: unknown, name: string): unknown {
  return typeof holder === 'object' && holder !== null && Object.hasOwn(holder, name)
    ? (Reflect.get(holder, name) as unknown)
    : undefined
}
