import { diag } from '@opentelemetry/api'
import { AosDeniedError, AosError } from '../../errors.ts'
import type { AdapterHost } from '../../instrument/adapter.ts'
import type { RunCall } from '../../instrument/core.ts'
import { GuardedRun } from '../../run/guarded-run.ts'
import { asItIs } from './agent-overlay.ts'
import { callWithSettings, isVersion7, settingsOf } from './agent-settings.ts'
import { endCallbacks, guardSettings, type CallGate } from './call-settings.ts'
import { modelsOfAgent } from './model-by-name.ts'
import { callIfFunction, isBag, type AgentShape, type Bag } from './shapes.ts'
import { completeTurn, openTurn, streamTurn, type Turn } from './turn.ts'

/** One call of an agent's entry point. */
export interface AgentCall {
  readonly agent: AgentShape
  readonly method: 'generate' | 'stream'
  readonly options: Bag
  readonly run?: RunCall | undefined
}

/** Calls an agent inside a run: input judged first, then the original method with gated settings. */
export async function callAgent(host: AdapterHost, call: AgentCall): Promise<unknown> {
  const { agent, method, options } = call
  const settings = settingsOf(agent)
  const streams = method === 'stream'
  const turn = openTurn(host, {
    options,
    settings: settings ?? {},
    version7: settings !== undefined && isVersion7(agent, settings),
    streams,
    modelByName: modelsOfAgent(agent),
    run: call.run,
  })
  const work = async (): Promise<unknown> => {
    const judged = await turn.users.judgeInput(options)
    if (settings === undefined) return callOpaque(turn, call, judged)
    return callWithSettings(agent, guardAgentSettings(settings, turn.gate), { method, options: judged })
  }
  return streams ? streamTurn(turn, work) : completeTurn(turn, work)
}

function guardAgentSettings(settings: Bag, gate: CallGate): Bag {
  const prepareCall = async (base: unknown): Promise<unknown> => {
    gate.run.throwIfFatal()
    const own = await callIfFunction(settings['prepareCall'], settings, [base])
    const prepared = own ?? base
    return isBag(prepared) ? guardSettings(prepared, gate) : prepared
  }
  // AI SDK 7 takes these from the settings and never shows them to prepareCall
  const callbacks =
    gate.watch === undefined
      ? {}
      : endCallbacks(settings, gate.watch, gate.nativeApproval ? 'onEnd' : 'onFinish')
  return { ...settings, ...callbacks, prepareCall }
}

let warned = false

/** An agent that hides its settings: its input and its final text are judged, and nothing in between can be. */
async function callOpaque(turn: Turn, { agent, method }: AgentCall, options: Bag): Promise<unknown> {
  if (!warned) {
    warned = true
    diag.warn(
      'aos: this agent has no settings that can be gated; only its input and its answer are judged (see describe().coverage)',
    )
  }
  if (method === 'stream' && turn.run.guards('message') && turn.run.core.options.streamGuard === 'buffer') {
    throw new AosError({
      code: 'unsupported_agent',
      message: 'The stream of this agent cannot be guarded',
      why: 'It hides its model, so a text could only be judged after it had left.',
      fix: "Use generate(), or set streamGuard: 'observe' to let its texts pass unjudged.",
    })
  }
  const result = await asItIs(agent, () => agent[method](options))
  const text: unknown = method === 'generate' && isBag(result) ? result['text'] : undefined
  if (typeof text !== 'string' || turn.run.quiet) return result
  await new GuardedRun(turn.run).message({ role: 'agent', content: text, final: true }, (decided) => {
    if (decided === text) return
    // what a foreign agent returns cannot be rewritten faithfully, so anything but an allow withholds it
    throw new AosDeniedError({
      hook: 'message',
      reason: typeof decided === 'string' ? decided : 'the answer was withheld',
      reasonCodes: ['modify_unsupported'],
      decisionId: turn.run.id,
      runId: turn.run.id,
    })
  })
  return result
}
