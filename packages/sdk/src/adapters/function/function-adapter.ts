import type { Adapter, AdapterHost, AgentDescription, BoundAgent } from '../../instrument/adapter.ts'
import type { RunCall } from '../../instrument/core.ts'
import { abortWith, runTurn } from '../../run/boundary.ts'
import { GuardedRun } from '../../run/guarded-run.ts'

/** An agent written by hand: gets its input and the guarded operations of its run. */
export type FunctionAgent<I = unknown, O = unknown> = (input: I, aos: GuardedRun) => O | PromiseLike<O>

/** Instruments a function `(input, aos) => …`: what it does through `aos` is judged and recorded. */
export const functionAdapter: Adapter = {
  name: 'function (input, aos) => …',
  recognises: (agent) => typeof agent === 'function' && !isClass(agent),
  describe: (agent): AgentDescription => ({
    framework: 'function',
    name: typeof agent === 'function' && agent.name !== '' ? agent.name : 'agent',
    components: [],
    coverage: [
      {
        component: 'agent',
        enforcement: 'bound',
        note: 'what the function does through aos; nothing else it does is seen',
      },
    ],
  }),
  bind: (agent, host): BoundAgent => {
    const work = agent as FunctionAgent
    const run = (
      input: unknown,
      options: RunCall & { readonly signal?: AbortSignal | undefined },
    ): Promise<unknown> => turn(host, { work, input, options })
    return { members: {}, run, call: (input) => run(input, {}) }
  },
}

interface Turn {
  readonly work: FunctionAgent
  readonly input: unknown
  readonly options: RunCall & { readonly signal?: AbortSignal | undefined }
}

function turn(host: AdapterHost, { work, input, options }: Turn): Promise<unknown> {
  const run = host.startRun(options)
  const aos = new GuardedRun(run)
  if (options.signal !== undefined) abortWith(run, options.signal)
  return runTurn(
    run,
    async () => {
      const triggered = await aos.trigger({ content: input })
      return aos.message({ role: 'user', content: triggered }, async (content) => {
        const output = await work(content, aos)
        if (output === undefined || output === null) return output
        return aos.message(
          {
            role: 'agent',
            content: output,
            final: true,
            part: typeof output === 'string' ? 'text' : 'object',
          },
          (answer) => answer,
        )
      })
    },
    options.signal,
  )
}

function isClass(value: object): boolean {
  return typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value))
}
