import type { AdapterHost } from '../../instrument/adapter.ts'
import type { InstrumentCore } from '../../instrument/core.ts'
import { completeTurn, streamTurn, type Turn } from './boundary.ts'
import { judgeSaid } from './answer.ts'
import { holdsText } from './model-call.ts'
import type { RunScope } from './run-scope.ts'
import {
  copyWith,
  isBag,
  isTool,
  lcNameOf,
  type Bag,
  type ConfigShape,
  type ExecutorShape,
  type Method,
} from './shapes.ts'
import { boundTool } from './tool-gate.ts'

const BUILT = new WeakMap<InstrumentCore, ExecutorShape>()

/** A gated copy of an executor: of its class, and the original untouched. */
export function gatedExecutor(executor: ExecutorShape, host: AdapterHost): ExecutorShape {
  const known = BUILT.get(host.core)
  if (known !== undefined) return known
  const method = (name: 'invoke' | '_streamIterator', scope: RunScope, args: readonly unknown[]): unknown =>
    Reflect.apply(executor[name] as Method, forRun(executor, scope), args)
  const turn = (input: unknown, options: ConfigShape | undefined): Turn => ({
    input,
    options,
    judge: (scope, given) => scope.users.judgeFields(given, inputKeyOf(executor, given)),
    // a tool that is called with a signal that is aborted already never answers, and the executor waits for it
    takesSignal: false,
  })
  const built = copyWith(executor, {
    invoke: (input: unknown, options?: ConfigShape) =>
      completeTurn(host, {
        ...turn(input, options),
        work: async (scope, ...args) => method('invoke', scope, args),
      }),
    _streamIterator: (input: unknown, options?: ConfigShape) =>
      streamTurn(host, {
        ...turn(input, options),
        open: (scope, ...args) => method('_streamIterator', scope, args) as AsyncGenerator<unknown>,
      }),
  })
  BUILT.set(host.core, built)
  return built
}

/** The key under which an executor takes what the user says. */
export function inputKeyOf(executor: ExecutorShape, input: unknown): string {
  const keys = ['input', ...executor.inputKeys]
  return keys.find((key) => isBag(input) && typeof input[key] === 'string') ?? 'input'
}

// for one run: its tools bound to it, and its decisions judged before anybody is told of them
function forRun(executor: ExecutorShape, scope: RunScope): ExecutorShape {
  scope.texts = speaksInText(executor) ? 'agent' : 'model'
  const plan = executor.agent.plan.bind(executor.agent)
  return copyWith(executor, {
    tools: executor.tools.map((tool) => (isTool(tool) ? boundTool(tool, scope) : tool)),
    agent: copyWith(executor.agent, {
      plan: async (...args: readonly unknown[]) => {
        scope.run.throwIfFatal()
        const planned = await plan(...(speaksLater(scope) ? unheard(args) : args))
        scope.run.throwIfFatal()
        return judgedPlan(scope, planned)
      },
    }),
  })
}

// what an agent makes its decision of is judged with the decision, and must not be told before
function speaksLater(scope: RunScope): boolean {
  return scope.texts === 'agent' && holdsText(scope)
}

function unheard([steps, inputs, _callbacks, config]: readonly unknown[]): readonly unknown[] {
  return [steps, inputs, undefined, { ...(config as ConfigShape | undefined), callbacks: [] }]
}

async function judgedPlan(scope: RunScope, planned: unknown): Promise<unknown> {
  if (scope.run.quiet || !scope.run.hears('message')) return planned
  if (Array.isArray(planned)) return Promise.all(planned.map((action) => judgedPlan(scope, action)))
  if (!isBag(planned)) return planned
  const values = planned['returnValues']
  if (isBag(values)) return { ...planned, returnValues: await judgedValues(scope, values) }
  const log = planned['log']
  if (scope.texts === 'model' || typeof log !== 'string') return planned
  return { ...planned, log: await judgeSaid(scope, log, false) }
}

async function judgedValues(scope: RunScope, values: Bag): Promise<Bag> {
  const judged: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(values))
    judged[key] = typeof value === 'string' ? await judgeSaid(scope, value, true) : value
  return judged
}

// where calls of tools are read out of a text, that text must stay what the parser expects
function speaksInText({ agent }: ExecutorShape): boolean {
  const steps: unknown = isBag(agent.runnable) ? agent.runnable['steps'] : undefined
  const parser: unknown = Array.isArray(steps) ? steps.at(-1) : undefined
  const name = isBag(parser) ? lcNameOf(Reflect.getPrototypeOf(parser) ?? parser) : undefined
  return name === undefined || !/Tool|Function/.test(name)
}
