import { AOSInstrument, HookContext, PermissionError, isAosError, isDenied, type HookAnswer } from '@aos/sdk'
import { scriptedModel, stepRecorder, text, toolCall } from '@aos/sdk/testing'
import { createAgent } from '@aos/sdk/vercel-ai/create-agent'
import { ToolLoopAgent } from 'ai'
import { deepEqual, equal, ok, rejects, throws } from 'node:assert/strict'
import { describe } from 'vitest'
import { z } from 'zod'
import { verifies } from './verifies.ts'

interface Evaluation {
  readonly hook: string
  readonly tool: string
  readonly parameters: Readonly<Record<string, unknown>>
  readonly session: string
}

interface PolicyResponse extends HookAnswer {
  readonly action: 'ALLOW' | 'DENY' | 'MODIFY'
}

/** The guardian of the landing page, in process. */
class GuardianAgent {
  readonly asked: Evaluation[] = []
  readonly #answer: (evaluation: Evaluation) => PolicyResponse

  constructor(answer: (evaluation: Evaluation) => PolicyResponse) {
    this.#answer = answer
  }

  async evaluate(evaluation: Evaluation): Promise<PolicyResponse> {
    this.asked.push(evaluation)
    return this.#answer(evaluation)
  }
}

interface Seed {
  readonly aosAgent: AOSInstrument<ReturnType<typeof createAgent>>
  readonly done: string[]
  readonly modelCalls: () => number
}

function seed(query: string): Seed {
  const done: string[] = []
  const model = scriptedModel({ steps: [toolCall('search', { query }), text('found it')] })
  const searchAPI = (wanted: string): string => {
    done.push(wanted)
    return `results for ${wanted}`
  }
  const tools = {
    search: {
      description: 'Search the web for information',
      parameters: z.object({ query: z.string() }),
      execute: async ({ query: wanted }: { query: string }) => searchAPI(wanted),
    },
  }
  const agent = createAgent({
    model: 'gpt-4',
    tools,
    system: 'You are a helpful assistant',
    models: (id) => (id === 'gpt-4' ? (model as never) : undefined),
  })
  return { aosAgent: new AOSInstrument(agent), done, modelCalls: () => model.calls.length }
}

describe('init agent with AOS', () => {
  verifies('aos.seed.S01', 'the createAgent snippet runs, and a bare model id needs a resolver', async () => {
    const { aosAgent, done } = seed('AI safety')
    equal((await aosAgent.run('Find papers')).text, 'found it')
    deepEqual(done, ['AI safety'])
    throws(() => createAgent({ model: 'gpt-4' }), { code: 'invalid_options' })
    throws(() => createAgent({ model: scriptedModel({ steps: [] }) as never, tools: { search: {} } }), {
      message: /search has no parameters/,
    })
  })

  verifies('aos.seed.S02', 'the instrument is still the class it wraps', () => {
    const { aosAgent } = seed('x')
    ok(aosAgent instanceof ToolLoopAgent)
    ok(aosAgent instanceof AOSInstrument)
    equal(typeof aosAgent.generate, 'function')
  })

  verifies('aos.seed.S04', 'the agent/create message of the page', () => {
    const config = AOSInstrument.fromConfig(AGENT_CREATE)
    const hooks = ['agentTrigger', 'toolCallRequest', 'message']
    deepEqual(config.options, { agent: { name: 'research-assistant' }, expectedHooks: hooks })
    deepEqual(config.hooks, hooks)
    deepEqual(config.trace, {
      format: 'opentelemetry',
      endpoint: 'https://observability.example.com/v1/traces',
    })
    deepEqual(config.capabilities, {
      tools: ['search', 'calculate'],
      models: ['claude-3-opus'],
      protocols: ['mcp', 'aos'],
    })
    equal(config.enabled, true)
    const { params } = AGENT_CREATE
    const instrumentation = { enabled: true, hooks: ['toolCallRequests'] }
    const bad = { ...AGENT_CREATE, params: { ...params, aos: { instrumentation } } }
    throws(() => AOSInstrument.fromConfig(bad), { code: 'unknown_hook' })
  })

  verifies('aos.seed.S05', 'the manifest of the page', () => {
    const config = AOSInstrument.fromManifest(MANIFEST)
    const hooks = ['agentTrigger', 'toolCallRequest', 'message']
    deepEqual(config.options, {
      agent: { name: 'research-assistant', provider: 'anthropic' },
      expectedHooks: hooks,
    })
    deepEqual(config.hooks, ['agentTrigger', 'toolCallRequest', 'message'])
    deepEqual(config.trace, { format: 'opentelemetry', endpoint: 'https://telemetry.example.com' })
    deepEqual(config.inspect, { format: 'cyclonedx', dynamic: true })
    deepEqual(config.capabilities, {
      tools: ['search', 'calculate'],
      models: ['claude-3-opus'],
      protocols: [],
    })
    throws(() => AOSInstrument.fromManifest({ ...MANIFEST, kind: 'Pod' }), { code: 'invalid_config' })
  })
})

describe('runtime hooks', () => {
  verifies('aos.seed.S07', 'as a decorator, and with the function as second argument', async () => {
    const { aosAgent, done } = seed('x')
    const seen: string[] = []
    const onToolCall = async (context: HookContext): Promise<void> => {
      seen.push(`decorated ${context.toolName}`)
    }
    equal(aosAgent.hook('toolCallRequest')(onToolCall), onToolCall)
    const unregister = aosAgent.hook('toolCallRequest', () => {
      seen.push('second')
    })
    await aosAgent.run('go')
    deepEqual([seen, done], [['decorated search', 'second'], ['x']])
    equal(typeof unregister, 'function')
  })

  verifies('aos.seed.S08', 'the facts that the page hands to its guardian', async () => {
    const { aosAgent } = seed('AI safety')
    const guardian = new GuardianAgent(() => ({ action: 'ALLOW' }))
    aosAgent.registerHook('toolCallRequest', async (context) =>
      guardian.evaluate({
        hook: 'toolCallRequest',
        tool: context.toolName,
        parameters: context.parameters,
        session: context.sessionId,
      }),
    )
    await aosAgent.run('go', { session: 'sess_123' })
    deepEqual(guardian.asked, [
      { hook: 'toolCallRequest', tool: 'search', parameters: { query: 'AI safety' }, session: 'sess_123' },
    ])
  })

  verifies('aos.seed.S10', 'the PermissionError of the page', async () => {
    const { aosAgent, done, modelCalls } = seed('employee SSN records')
    const response = { action: 'DENY', reason: 'Accessing PII data violates policy' }
    const thrown: Error[] = []
    aosAgent.hook('toolCallRequest')(async () => {
      const error = new PermissionError(`Tool call denied: ${response.reason}`)
      thrown.push(error)
      throw error
    })
    await rejects(aosAgent.run('Search for employee SSN records'), (error) => {
      equal(error, thrown[0])
      equal(String(error), 'PermissionError: Tool call denied: Accessing PII data violates policy')
      return true
    })
    deepEqual([done, modelCalls()], [[], 1])
  })

  verifies(
    'aos.seed.S11',
    'context.parameters = response.modifications, with the return left out',
    async () => {
      const { aosAgent, done } = seed('SELECT * FROM customers')
      aosAgent.registerHook('toolCallRequest', async (context) => {
        context.parameters = { query: 'SELECT id, name FROM customers LIMIT 100' }
      })
      await aosAgent.run('go')
      deepEqual(done, ['SELECT id, name FROM customers LIMIT 100'])
    },
  )

  verifies('aos.seed.S12', 'the returned response is enforced', async () => {
    const modified = seed('SELECT * FROM customers')
    const modifications = { query: 'SELECT id FROM customers' }
    modified.aosAgent.registerHook('toolCallRequest', async () => ({
      action: 'MODIFY',
      modifications,
      reason: 'less',
    }))
    await modified.aosAgent.run('go')
    const denied = seed('x')
    denied.aosAgent.registerHook('toolCallRequest', async () => ({ action: 'DENY', reason: 'no' }))
    await denied.aosAgent.run('go')
    deepEqual([modified.done, denied.done], [['SELECT id FROM customers'], []])
  })

  verifies('aos.seed.S13', 'run gives what generate gives', async () => {
    const result = await seed('x').aosAgent.run('go')
    equal(result.text, 'found it')
    equal(result.steps.length, 2)
    equal(result.steps[0]?.toolResults[0]?.output, 'results for x')
  })

  verifies('aos.seed.S14', 'HookContext is there at run time, and what handlers get is one', async () => {
    const { aosAgent } = seed('x')
    const seen: unknown[] = []
    aosAgent.registerHook('toolCallRequest', async (context: HookContext) => {
      seen.push(context)
    })
    await aosAgent.run('go')
    ok(seen[0] instanceof HookContext)
  })

  verifies('aos.seed.S15', 'registering, removing, and a name that does not exist', async () => {
    const { aosAgent, done } = seed('x')
    const unregister = aosAgent.registerHook('toolCallRequest', () => ({ action: 'DENY', reason: 'no' }))
    unregister()
    unregister()
    await aosAgent.run('go')
    deepEqual(done, ['x'])
    throws(
      () => aosAgent.registerHook('toolCallRequests' as never, () => undefined),
      (error) =>
        isAosError(error, 'unknown_hook') && error.message.includes('toolCallRequest, toolCallResult'),
    )
    throws(() => aosAgent.registerHook('message', 'no function' as never), { code: 'invalid_handler' })
  })

  verifies('aos.seed.S16', 'the further facts of a step', async () => {
    const { aosAgent } = seed('x')
    const recorder = stepRecorder()
    aosAgent.attachSink(recorder)
    const seen: Record<string, unknown>[] = []
    aosAgent.registerHook('toolCallRequest', (context) => {
      const { hook, toolId, executionId, stepId, turnId, runId, decisionId, agent, session, user, signal } =
        context
      seen.push({
        hook,
        toolId,
        executionId,
        stepId,
        turnId,
        runId,
        decisionId,
        agent,
        session,
        user,
        signal,
      })
    })
    await aosAgent.run('go', { session: 'sess_1', user: { id: 'u1' } })
    const [facts] = seen
    const [step] = recorder.steps('toolCall')
    deepEqual([facts?.['hook'], facts?.['toolId']], ['toolCallRequest', 'search'])
    deepEqual(
      [facts?.['stepId'], facts?.['executionId'], facts?.['runId']],
      [step?.id, step?.executionId, step?.runId],
    )
    equal(facts?.['decisionId'], recorder.decisions()[0]?.decisionId)
    deepEqual([facts?.['session'], facts?.['user']], [{ id: 'sess_1', generated: false }, { id: 'u1' }])
    ok(facts?.['signal'] instanceof AbortSignal)
  })

  verifies('aos.seed.S17', 'the cost control snippet of the page', async () => {
    const { aosAgent, done, modelCalls } = seed('1000 images')
    const guardian = new GuardianAgent(() => ({
      action: 'DENY',
      reason: 'Request exceeds cost threshold ($50 limit)',
    }))
    aosAgent.registerHook('toolCallRequest', async (context: HookContext) => {
      const response = await guardian.evaluate({
        hook: 'toolCallRequest',
        tool: context.toolName,
        parameters: context.parameters,
        session: context.sessionId,
      })
      switch (response.action) {
        case 'DENY':
          throw new Error(`Denied: ${response.reason}`)
        case 'MODIFY':
          context.parameters = response.modifications
          break
        case 'ALLOW':
      }
      return response
    })
    await rejects(aosAgent.run('Generate 1000 images using DALL-E'), (error) => {
      equal(String(error), 'Error: Denied: Request exceeds cost threshold ($50 limit)')
      equal(isDenied(error), false)
      return true
    })
    deepEqual([done, modelCalls()], [[], 1])
  })

  verifies('aos.seed.S21', 'the table, member by member', () => {
    const { aosAgent } = seed('x')
    deepEqual(aosAgent.describeHooks(), HOOK_TABLE)
    deepEqual(Object.keys(aosAgent.describeHooks('landing')), Object.keys(HOOK_TABLE))
  })
})

const HOOK_TABLE = {
  agentTrigger: { description: 'Fires when agent starts processing', can_modify: true, can_deny: true },
  message: { description: 'Fires for each message in conversation', can_modify: true, can_deny: true },
  toolCallRequest: { description: 'Fires before tool execution', can_modify: true, can_deny: true },
  knowledgeRetrieval: {
    description: 'Fires when accessing knowledge bases',
    can_modify: false,
    can_deny: true,
  },
  memoryStore: { description: 'Fires when storing to memory', can_modify: true, can_deny: true },
}

const AGENT_CREATE = {
  jsonrpc: '2.0',
  method: 'agent/create',
  params: {
    name: 'research-assistant',
    capabilities: { tools: ['search', 'calculate'], models: ['claude-3-opus'], protocols: ['mcp', 'aos'] },
    aos: {
      instrumentation: { enabled: true, hooks: ['agentTrigger', 'toolCallRequest', 'message'] },
      trace: { format: 'opentelemetry', endpoint: 'https://observability.example.com/v1/traces' },
    },
  },
}

const MANIFEST = {
  apiVersion: 'a2a.io/v1',
  kind: 'Agent',
  metadata: { name: 'research-assistant', namespace: 'production' },
  spec: {
    model: { provider: 'anthropic', name: 'claude-3-opus' },
    capabilities: ['search', 'calculate'],
    observability: {
      aos: {
        version: '1.0',
        instrumentation: { hooks: ['agentTrigger', 'toolCallRequest', 'message'] },
        trace: { provider: 'opentelemetry', endpoint: 'https://telemetry.example.com' },
        inspect: { format: 'cyclonedx', dynamic: true },
      },
    },
  },
}
