import type { Agent, StepContext } from '../generated/aos-types.ts'
import type { CodecName, WireAgent, WireStep } from './codec.ts'
import { defined, isTextList, member, recordMember, textMember, type JsonRecord } from './read.ts'
import { furtherFacts, readAgent, readFacts, readPass, readTexts, readTrace, readUser } from './step-facts.ts'
import { parseForm, type ValueForm } from './wire-value.ts'

/** What goes into a context beside the step. */
export interface ContextExtras {
  readonly codec: CodecName
  readonly form?: ValueForm | undefined
  /** Members that the wire requires and the step does not have. */
  readonly absent: readonly string[]
  /** Extensions that only this method has, objects by name. */
  readonly more?: JsonRecord | undefined
}

/** Shows an agent as the wire does, and names what had to be made up. */
export function toAgent(
  agent: WireAgent,
  codec: CodecName,
): { readonly agent: Agent; readonly absent: readonly string[] } {
  const needed = ['version', 'instructions', 'provider', ...(codec === 'aos-0.1-literal' ? ['url'] : [])]
  const absent = needed.filter((name) => Reflect.get(agent, name) === undefined)
  const { id, name, version = '', instructions = '', provider = { name: '', url: '' }, description } = agent
  const url = agent.url ?? (codec === 'aos-0.1-literal' ? '' : undefined)
  return {
    agent: defined({ id, name, instructions, version, provider, url, description }) as Agent,
    absent: absent.map((missing) => `agent.${missing}`),
  }
}

/** Shows who takes a step, with our extensions in objects of their own (`trace`, `guardian`, `identity`). */
export function toStepContext(step: WireStep, { codec, form, absent, more }: ContextExtras): StepContext {
  const shown = toAgent(step.agent, codec)
  const allAbsent = [...shown.absent, ...absent]
  const { session, user, trace, pass, runId, parentRunId, policies } = step
  const guardian = defined({
    pass,
    runId,
    parentRunId,
    policies,
    form,
    dialect: codec === 'aos-0.1-literal' ? codec : undefined,
    absent: allAbsent.length === 0 ? undefined : allAbsent,
    ...furtherFacts(step),
  })
  const context = {
    agent: shown.agent,
    session: session.generated ? { id: session.id, metadata: { generated: true } } : { id: session.id },
    turnId: step.turnId,
    stepId: step.decisionId,
    timestamp: toTimestamp(step.timestamp),
    user: user === undefined ? undefined : defined({ id: user.id, name: user.name, email: user.email }),
    identity: toIdentity(step),
    trace: trace === undefined ? undefined : { traceId: trace.traceId, spanId: trace.spanId },
    guardian,
    ...more,
  }
  return defined(context) as StepContext
}

// the later text of AOS 0.1.0 requires an identity: of a user, or of a machine
function toIdentity({ agent, user }: WireStep): JsonRecord {
  if (user !== undefined) return defined({ id: user.id, name: user.name, email: user.email })
  return { id: agent.id, name: agent.name, organization: [] }
}

const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** Shows milliseconds since the epoch as RFC 3339 does, within the years it has. */
export function toTimestamp(milliseconds: number): string {
  const time = Number.isFinite(milliseconds) ? Math.min(Math.max(milliseconds, 0), LATEST) : 0
  const second = Math.floor(time / 1000)
  if (second !== lastSecond.at) lastSecond = { at: second, text: isoSecond(second) }
  return `${lastSecond.text}${String(Math.floor(time) - second * 1000).padStart(3, '0')}Z`
}

// nearly every step is of the same second as the one before
let lastSecond = { at: 0, text: isoSecond(0) }

function isoSecond(second: number): string {
  return new Date(second * 1000).toISOString().slice(0, -4)
}

/** What a message does not say. */
export interface Unsaid {
  readonly newId: () => string
  readonly now: () => number
}

/** The part of a step that its context tells. */
export type ContextFacts = Omit<WireStep, 'id' | 'hook' | 'value'>

/** A context as it was read. */
export interface ReadContext {
  readonly facts: ContextFacts
  readonly form: ValueForm | undefined
  readonly absent: ReadonlySet<string>
  readonly codec: CodecName
}

/** Reads a context; what it does not say is unknown, and a session that nobody named is nobody's. */
export function readStepContext(context: unknown, unsaid: Unsaid, agent?: unknown): ReadContext {
  const guardian = recordMember(context, 'guardian')
  const listed = member(guardian, 'absent')
  const absent = new Set(isTextList(listed) ? listed : [])
  const turnId = textMember(context, 'turnId') ?? unsaid.newId()
  const facts: ContextFacts = {
    ...readFacts(guardian),
    ...defined({
      user: readUser(member(context, 'user')) ?? identifiedUser(member(context, 'identity')),
      trace: readTrace(member(context, 'trace')),
      policies: readTexts(member(guardian, 'policies')),
      parentRunId: textMember(guardian, 'parentRunId'),
    }),
    decisionId: textMember(context, 'stepId') ?? unsaid.newId(),
    turnId,
    // a foreign run is one turn
    runId: textMember(guardian, 'runId') ?? turnId,
    pass: readPass(member(guardian, 'pass')),
    timestamp: readTimestamp(member(context, 'timestamp'), unsaid),
    agent: readAgent(member(context, 'agent') ?? agent, absent),
    session: readSession(member(context, 'session')),
  }
  const codec = member(guardian, 'dialect') === 'aos-0.1-literal' ? 'aos-0.1-literal' : 'aos-0.1'
  return { facts, form: parseForm(member(guardian, 'form')), absent, codec }
}

/** Reads a point in time. */
export function readTimestamp(value: unknown, unsaid: Unsaid): number {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(time) ? unsaid.now() : time
}

/** Reads a session. */
export function readSession(value: unknown): WireStep['session'] {
  // the landing page gives the id alone
  const id = typeof value === 'string' ? value : textMember(value, 'id')
  if (id === undefined) return { id: 'unknown', generated: true }
  return { id, generated: member(recordMember(value, 'metadata'), 'generated') === true }
}

// a machine names a list of organizations, an agent its signatures
function identifiedUser(identity: unknown): WireStep['user'] {
  const isOther =
    Array.isArray(member(identity, 'organization')) || member(identity, 'signatures') !== undefined
  return isOther ? undefined : readUser(identity)
}
