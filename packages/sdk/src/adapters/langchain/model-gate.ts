import { approvalIn } from './graph-approval.ts'
import { callModel, type ModelCall } from './model-call.ts'
import { chatModelOf } from './model-facts.ts'
import type { RunScope } from './run-scope.ts'
import { callIfFunction, hasMethods, isProviderTool, type AnswerShape, type ConfigShape } from './shapes.ts'

/** How the model of one request is gated. */
export interface ModelGate extends Pick<ModelCall['gate'], 'structured' | 'toolFacts'> {
  /** Whether tools that the provider executes are taken away. */
  readonly withoutProviderTools: boolean
  /** Finds the run that a call belongs to, by its configuration. */
  readonly find: <T>(config: ConfigShape | undefined, work: (scope: RunScope) => Promise<T>) => Promise<T>
}

/** The model as the agent gets it for one request: same type, its answers judged before anybody sees them. */
export function gatedModel(model: unknown, gate: ModelGate): unknown {
  if (!hasMethods(model, 'invoke')) return model
  const deeper = (value: unknown): unknown =>
    chatModelOf(value) === undefined ? value : gatedModel(value, gate)
  return new Proxy(model, {
    get(target, key) {
      const own: unknown = Reflect.get(target, key, target)
      if (key === 'invoke')
        return (input: unknown, options?: ConfigShape) =>
          gate.find(options, (scope) => invokeGated({ model: target, gate, scope }, input, options))
      if (key === 'bindTools' && typeof own === 'function')
        return (tools: unknown, ...args: readonly unknown[]) =>
          deeper(
            Reflect.apply(own, target, [gate.withoutProviderTools ? clientTools(tools) : tools, ...args]),
          )
      if (key === 'bound') return deeper(own)
      if (key === 'steps' && Array.isArray(own)) return own.map(deeper)
      return own
    },
  })
}

interface Gated {
  readonly model: object
  readonly gate: ModelGate
  readonly scope: RunScope
}

async function invokeGated(
  { model, gate, scope }: Gated,
  input: unknown,
  options: ConfigShape | undefined,
): Promise<unknown> {
  const { run, users } = scope
  run.throwIfFatal()
  if (run.quiet) return run.enter(() => call(model, 'invoke', [input, options]))
  const messages = Array.isArray(input) ? await users.judgeMessages(input) : input
  const silent: ConfigShape = { ...options, callbacks: [] }
  return callModel({
    model,
    scope,
    gate: { ...gate, onlyStructured: false, approval: approvalIn(run, options) },
    messages,
    callbacks: options?.callbacks,
    perform: (isSilent) => call(model, 'invoke', [messages, isSilent ? silent : options]),
    stream: () => call(model, 'stream', [messages, silent]) as Promise<AsyncIterable<AnswerShape>>,
    emit: (emitter) => call(emitter, 'invoke', [messages, options]),
  })
}

function call(model: object, method: string, args: readonly unknown[]): unknown {
  return callIfFunction(Reflect.get(model, method), model, args)
}

function clientTools(tools: unknown): unknown {
  return Array.isArray(tools) ? tools.filter((tool) => !isProviderTool(tool)) : tools
}
