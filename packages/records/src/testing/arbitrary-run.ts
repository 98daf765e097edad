import type { AosEvent, DecisionRecord, RunRecord, StepKind, StepRecord, StepStatus } from '@aos/sdk'
import fc from 'fast-check'

const T0 = Date.UTC(2026, 0, 31, 10)

/** Texts as models, clients and attackers make them up. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    'search',
    'a b/c#d@e',
    '\ud800',
    '__proto__',
    'constructor',
    '<script>',
    '\u0000',
    'x'.repeat(600),
    '😀'.repeat(300),
    'line\nbreak',
    'ann@example.com',
  ),
)

const uuid = (at: number, salt: number): string =>
  `${(T0 + at)
    .toString(16)
    .padStart(12, '0')
    .replace(/^(.{8})(.{4})$/, '$1-$2')}-7${salt
    .toString(16)
    .padStart(3, '0')
    .slice(-3)}-8000-${salt.toString(16).padStart(12, '0').slice(-12)}`

const VERDICTS = ['allow', 'deny', 'modify', 'ask', 'abstain', 'throw'] as const
const CODES = [[], ['pii'], ['handler_timeout'], ['guardian_unavailable'], ['stale', 'odd code']] as const

interface Seed {
  readonly kind: StepKind
  readonly name: string
  readonly text: string | undefined
  readonly verdicts: readonly {
    readonly verdict: (typeof VERDICTS)[number]
    readonly phase: 'request' | 'result' | 'approval'
    readonly codes: readonly string[]
    readonly reason: string | undefined
    readonly by: string | undefined
    readonly failOpen: boolean
    readonly shadow: boolean
  }[]
  readonly status: StepStatus
  readonly traced: boolean
  readonly recorded: boolean
  readonly peer: string | undefined
  readonly documents: readonly (string | undefined)[]
  readonly gap: number
}

const maybe = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined })

const seed: fc.Arbitrary<Seed> = fc.record({
  kind: fc.constantFrom<StepKind>(
    'agentTrigger',
    'message',
    'modelCall',
    'toolCall',
    'toolCall',
    'toolCall',
    'knowledgeRetrieval',
    'memoryStore',
    'memoryContextRetrieval',
    'mcp',
    'a2a',
    'embedding',
  ),
  name: fc.oneof(fc.constantFrom('user', 'agent', 'search', 'export'), hostileText),
  text: maybe(hostileText),
  verdicts: fc.array(
    fc.record({
      verdict: fc.constantFrom(...VERDICTS),
      phase: fc.constantFrom('request' as const, 'result' as const, 'approval' as const),
      codes: fc.constantFrom(...CODES),
      reason: maybe(hostileText),
      by: maybe(hostileText),
      failOpen: fc.boolean(),
      shadow: fc.boolean(),
    }),
    { maxLength: 3 },
  ),
  status: fc.constantFrom<StepStatus>('ok', 'error', 'cancelled', 'not_executed'),
  traced: fc.boolean(),
  recorded: fc.boolean(),
  peer: maybe(hostileText),
  documents: fc.array(maybe(hostileText), { maxLength: 3 }),
  gap: fc.integer({ min: 0, max: 5_000 }),
})

/** The events of one run, as an instrumented agent tells them, with hostile names and every way to end. */
export const arbitraryEvents: fc.Arbitrary<readonly AosEvent[]> = fc
  .record({
    seeds: fc.array(seed, { maxLength: 12 }),
    agent: hostileText,
    session: hostileText,
    user: maybe(hostileText),
    parent: fc.boolean(),
    generated: fc.boolean(),
    traced: fc.boolean(),
    ends: fc.boolean(),
    lost: fc.nat({ max: 3 }),
  })
  .map(eventsOf)

interface RunSeed {
  readonly seeds: readonly Seed[]
  readonly agent: string
  readonly session: string
  readonly user: string | undefined
  readonly parent: boolean
  readonly generated: boolean
  readonly traced: boolean
  readonly ends: boolean
  readonly lost: number
}

function eventsOf(of: RunSeed): readonly AosEvent[] {
  const run: RunRecord = {
    id: uuid(0, 1),
    parentRunId: of.parent ? uuid(0, 2) : undefined,
    agent: { id: of.agent, name: of.agent },
    sessionId: of.session,
    sessionGenerated: of.generated,
    turnId: uuid(0, 3),
    userId: of.user,
    trigger: 'manual',
    tools: [],
    runtime: 'function@unknown',
    startedAt: T0,
    trace: of.traced
      ? { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }
      : undefined,
  }
  let at = T0
  let seq = 0
  const events: AosEvent[] = []
  const tell = (event: object): void => {
    events.push({ ...event, runId: run.id, seq: ++seq, at } as AosEvent)
  }
  tell({ type: 'run.start', run })
  for (const [index, one] of of.seeds.entries()) {
    const step = stepOf(run, one, { index, startedAt: at })
    tell({
      type: 'step.start',
      step: { ...step, status: undefined, endedAt: undefined, decisions: [], records: undefined },
    })
    for (const decision of step.decisions) tell({ type: 'decision', stepId: step.id, decision, step })
    at += one.gap
    tell({ type: 'step.end', step })
  }
  if (of.ends)
    tell({
      type: 'run.end',
      run,
      end: {
        endedAt: at,
        status: 'completed',
        outcome: 'success',
        usage: {},
        modelCalls: 0,
        toolCalls: 0,
        denials: 0,
      },
    })
  // the first event is the start, without which nothing is known
  return events.filter((_event, index) => index === 0 || index > of.lost)
}

function stepOf(
  run: RunRecord,
  of: Seed,
  { index, startedAt }: { readonly index: number; readonly startedAt: number },
): StepRecord {
  const id = uuid(startedAt - T0, index + 10)
  const decisions = of.verdicts.map((verdict, number) => decisionOf(verdict, id, { number, at: startedAt }))
  const enforced = decisions.map((decision) => decision.enforced)
  const status = enforced.includes('denied')
    ? 'denied'
    : enforced.includes('withheld')
      ? 'withheld'
      : of.status
  const isTool = of.kind === 'toolCall'
  const retrieves = of.kind === 'knowledgeRetrieval'
  return {
    id,
    runId: run.id,
    kind: of.kind,
    name: of.name,
    executionId: isTool ? `call ${index}` : undefined,
    mcpServer: isTool ? of.peer : undefined,
    protocol:
      of.kind === 'mcp' || of.kind === 'a2a'
        ? {
            name: of.kind,
            direction: 'outbound',
            method: of.name,
            target: of.text,
            peer: { name: of.peer, url: of.peer },
          }
        : undefined,
    startedAt,
    endedAt: startedAt + of.gap,
    status,
    error: status === 'error' ? { type: 'TypeError', message: of.text ?? '' } : undefined,
    decisions,
    content: {
      input: of.text,
      output: status === 'ok' ? of.text : undefined,
      redactions: of.text?.includes('@') === true ? [{ kind: 'email', count: 1 }] : [],
    },
    usage: of.kind === 'modelCall' ? { inputTokens: 1, outputTokens: index } : undefined,
    model: of.kind === 'modelCall' ? { provider: of.peer, requested: of.name, actual: of.text } : undefined,
    retrieved: retrieves
      ? {
          total: of.documents.length + (index % 2),
          documents: of.documents.map((uri, number) => ({
            id: `result-${number}`,
            ...(uri === undefined ? {} : { uri }),
            ...(status === 'withheld' ? { omitted: 'withheld' as const } : {}),
          })),
        }
      : undefined,
    records: of.recorded
      ? [{ format: 'peac', id: uuid(startedAt - T0, index + 500), ref: `sha256:${'a'.repeat(64)}` }]
      : undefined,
    trace: of.traced
      ? { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: index.toString(16).padStart(16, '1') }
      : undefined,
  }
}

function decisionOf(
  of: Seed['verdicts'][number],
  stepId: string,
  { number, at }: { readonly number: number; readonly at: number },
): DecisionRecord {
  const stops = of.verdict === 'deny' || of.verdict === 'throw'
  const enforced = of.shadow
    ? 'none'
    : stops
      ? of.phase === 'result'
        ? 'withheld'
        : 'denied'
      : of.verdict === 'modify'
        ? 'modified'
        : of.verdict === 'ask'
          ? 'none'
          : 'allowed'
  return {
    decisionId: `${stepId}-d${number === 2 ? 1 : number}`,
    hook: 'toolCallRequest',
    phase: of.phase,
    verdict: of.verdict,
    enforced,
    source: of.shadow
      ? 'shadow'
      : of.phase === 'approval'
        ? 'approval'
        : of.failOpen
          ? 'failure_policy'
          : 'handler',
    by: of.by,
    reason: of.reason,
    reasonCodes: of.codes,
    latencyMs: 1,
    handlers: [],
    failOpen: of.failOpen && !stops ? 'telemetry only' : undefined,
    shadow: of.shadow ? true : undefined,
    valueDigest: of.verdict === 'modify' ? 'a'.repeat(64) : undefined,
    modifiedDigest: of.verdict === 'modify' ? 'b'.repeat(64) : undefined,
    at,
  }
}
