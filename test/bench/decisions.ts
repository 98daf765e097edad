import { allow, AOSInstrument, deny, isDenied, modify, type GuardedRun, type HookHandler } from '@aos/sdk'
import type { Variant } from './interleave.ts'

const parameters = {
  query: 'SELECT id, name FROM customers WHERE country = ? LIMIT 100',
  values: ['NZ'],
  timeout: 5,
}

async function effect(): Promise<string> {
  return 'done'
}

const CALLS = 50

/** A guarded tool call of a hand-written agent against the bare call, per kind of handler; each run makes 50 calls. */
export function decisionVariants(): readonly Variant[] {
  const sync: HookHandler = () => allow()
  return [
    { name: 'bare call', once: bareCalls },
    guarded('no handler'),
    guarded('one handler', sync),
    guarded('chain of 3', sync, sync, sync),
    guarded('one asynchronous handler', async () => allow()),
    guarded('modify', () => modify({ ...parameters, timeout: 1 })),
    guarded('deny', () => deny('no')),
    recorded('one handler, recorded by a sink', sync),
  ]
}

async function bareCalls(): Promise<void> {
  for (let call = 0; call < CALLS; call++) await effect()
}

async function agent(_input: unknown, aos: GuardedRun): Promise<void> {
  for (let call = 0; call < CALLS; call++) {
    try {
      await aos.toolCall({ toolName: 'query', parameters }, effect)
    } catch (error) {
      if (!isDenied(error)) throw error
    }
  }
}

function guarded(name: string, ...handlers: readonly HookHandler[]): Variant {
  const instrumented = new AOSInstrument(agent, { hooks: { toolCallRequest: handlers } })
  return { name, once: () => instrumented.run('go') }
}

function recorded(name: string, handler: HookHandler): Variant {
  const sinks = [{ name: 'nowhere', accept: (): void => undefined }]
  const instrumented = new AOSInstrument(agent, { hooks: { toolCallRequest: handler }, sinks })
  return { name, once: () => instrumented.run('go') }
}
