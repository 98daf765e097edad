import type { AdapterHost } from '../../instrument/adapter.ts'
import type { RunCall } from '../../instrument/core.ts'
import { runTurn, statusOf } from '../../run/boundary.ts'
import { GuardedRun } from '../../run/guarded-run.ts'
import type { Run } from '../../run/run.ts'
import type { CallGate } from './call-settings.ts'
import type { ModelByName } from './model-by-name.ts'
import { watchResult } from './result-proxy.ts'
import { isBag, type Bag } from './shapes.ts'
import { StreamWatch } from './stream-watch.ts'
import { ToolCalls } from './tool-calls.ts'
import { UserMessages } from './user-messages.ts'

/** What one call of the framework is about. */
export interface TurnCall {
  readonly options: Bag
  readonly settings: Bag
  readonly version7: boolean
  readonly streams: boolean
  readonly modelByName: ModelByName
  readonly run?: RunCall | undefined
}

/** One call of the framework: its run, and everything that gates it. */
export interface Turn {
  readonly run: Run
  readonly gate: CallGate
  readonly users: UserMessages
  readonly signal: AbortSignal | undefined
}

/** Opens the run of a call; `entry` is what must have been judged before anything happens. */
export function openTurn(
  host: AdapterHost,
  call: TurnCall,
  entry?: (users: UserMessages) => Promise<unknown>,
): Turn {
  const { options, settings, version7, streams, modelByName } = call
  const run = host.startRun({
    ...modelOf(options, settings),
    tools: toolNames(options, settings),
    config: () => configOf(options, settings),
    ...call.run,
  })
  const signal = options['abortSignal'] instanceof AbortSignal ? options['abortSignal'] : undefined
  const users = new UserMessages(new GuardedRun(run))
  const annotate = run.core.options.spans === 'auto' && tracesItself({ ...settings, ...options }, version7)
  let judged: Promise<unknown> | undefined
  let done = entry === undefined
  const judgeEntry = async (): Promise<void> => {
    await entry?.(users)
    done = true
  }
  const ready = (): Promise<unknown> | undefined =>
    done || run.quiet ? undefined : (judged ??= judgeEntry())
  const gate: CallGate = {
    run,
    calls: new ToolCalls(run, annotate),
    users,
    ready,
    annotate,
    nativeApproval: version7,
    modelByName,
    models: { count: 0 },
    approvalOnTools: !version7,
    dropsDeniedClientCalls: !version7,
    watch: streams ? new StreamWatch(run, signal) : undefined,
  }
  return { run, gate, users, signal }
}

/** Runs a call that gives its whole result at once. */
export function completeTurn<T>(turn: Turn, work: () => Promise<T>): Promise<T> {
  return runTurn(turn.run, work, turn.signal)
}

/** Runs a call that gives a streamed result; the run ends when the stream does. */
export async function streamTurn<T>(turn: Turn, work: () => Promise<T>): Promise<T> {
  const { run, gate } = turn
  try {
    const result = await run.enter(work)
    run.throwIfFatal()
    return watched(turn, result)
  } catch (thrown) {
    const error = run.fatal === undefined ? thrown : run.fatal.error
    run.end(statusOf(run, error, turn.signal), error)
    throw error
  } finally {
    gate.watch?.touch()
  }
}

/** A streamed result that tells its run when it is read, cut or left. */
export function watched<T>({ run, gate }: Turn, result: T): T {
  return isBag(result) && gate.watch !== undefined
    ? (watchResult(result as T & object, run, gate.watch) as T)
    : result
}

function modelOf(options: Bag, settings: Bag): Pick<RunCall, 'model' | 'provider'> {
  const model = options['model'] ?? settings['model']
  if (typeof model === 'string') return { model }
  if (!isBag(model)) return {}
  const { modelId, provider } = model
  return {
    model: typeof modelId === 'string' ? modelId : undefined,
    provider: typeof provider === 'string' ? provider : undefined,
  }
}

const CONFIGURED = [
  'instructions',
  'system',
  'toolChoice',
  'activeTools',
  'maxOutputTokens',
  'temperature',
  'topP',
  'topK',
  'presencePenalty',
  'frequencyPenalty',
  'stopSequences',
  'seed',
  'maxRetries',
  'providerOptions',
]

// what shapes the answers and JSON can hold; tools enter run_hash by their names
function configOf(options: Bag, settings: Bag): unknown {
  const all: Bag = { ...settings, ...options }
  return Object.fromEntries(CONFIGURED.filter((key) => all[key] !== undefined).map((key) => [key, all[key]]))
}

function toolNames(options: Bag, settings: Bag): readonly string[] {
  const tools = options['tools'] ?? settings['tools']
  return isBag(tools) ? Object.keys(tools) : []
}

/** Whether the framework makes spans of its own for this call. */
function tracesItself(settings: Bag, version7: boolean): boolean {
  if (!version7)
    return (
      isBag(settings['experimental_telemetry']) && settings['experimental_telemetry']['isEnabled'] === true
    )
  const telemetry = settings['telemetry'] ?? settings['experimental_telemetry']
  if (isBag(telemetry) && telemetry['isEnabled'] === false) return false
  const own: unknown = isBag(telemetry) ? telemetry['integrations'] : undefined
  const registered: unknown = Reflect.get(globalThis, 'AI_SDK_TELEMETRY_INTEGRATIONS')
  return [own, registered].some((integrations) =>
    Array.isArray(integrations) ? integrations.length > 0 : integrations !== undefined,
  )
}
