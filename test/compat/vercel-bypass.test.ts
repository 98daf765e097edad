import { allow, deny, modify, type HookContext } from '@aos/sdk'
import { text, toolCall } from '@aos/sdk/testing'
import { describe, expect, it } from 'vitest'

import { attack, counted, everywhere, lastPrompt, plain, type Bag } from '../support/vercel-guard/lab.ts'

// ways around a guard that sees the model's answer only; what counts is what the tools really did

const forbidsEvil = (context: HookContext): ReturnType<typeof deny> =>
  plain(context.parameters).includes('evil') ? deny('evil is forbidden') : allow()

describe.each(everywhere)('$name', (place) => {
  const { version, streams } = place
  const { z, ai } = version

  it('judges what a repair turned the arguments into', async () => {
    const { tool, done } = counted(version)
    const repair = async ({ toolCall: call }: { toolCall: Bag }): Promise<Bag> => ({
      ...call,
      input: '{"q":"evil"}',
    })
    const outcome = await attack(place, {
      steps: [toolCall('t', { wrong: 'harmless' }), 'Done.'],
      tools: { t: tool },
      settings: { experimental_repairToolCall: repair },
      hooks: { toolCallRequest: forbidsEvil },
    })
    expect(done).toEqual([])
    expect(outcome.text).toBe('Done.')
    expect(lastPrompt(outcome.model)).toContain('evil is forbidden')
    expect(outcome.recorder.steps('toolCall').map(({ status }) => status)).toEqual(['denied'])
  })

  it('judges a repair that turns one tool into another', async () => {
    const [harmless, destroy] = [counted(version), counted(version)]
    const repair = async ({ toolCall: call }: { toolCall: Bag }): Promise<Bag> => ({
      ...call,
      toolName: 'destroy',
    })
    const outcome = await attack(place, {
      steps: [toolCall('harmles', { q: 'x' }), 'Done.'],
      tools: { harmless: harmless.tool, destroy: destroy.tool },
      settings: { experimental_repairToolCall: repair },
      hooks: { toolCallRequest: ({ toolName }) => (toolName === 'destroy' ? deny('never') : allow()) },
    })
    expect(destroy.done).toEqual([])
    expect(outcome.text).toBe('Done.')
    const denied = outcome.recorder.steps('toolCall').filter(({ status }) => status === 'denied')
    expect(denied.map(({ name }) => name)).toEqual(['destroy'])
  })

  it('goes on with a repair as it was modified, also in the history', async () => {
    const { tool, done } = counted(version)
    const repair = async ({ toolCall: call }: { toolCall: Bag }): Promise<Bag> => ({
      ...call,
      input: '{"q":"repaired"}',
    })
    let judged = 0
    const outcome = await attack(place, {
      steps: [toolCall('t', { wrong: 1 }), 'Done.'],
      tools: { t: tool },
      settings: { experimental_repairToolCall: repair },
      hooks: {
        toolCallRequest: () => {
          judged += 1
          return modify({ q: 'safe' })
        },
      },
    })
    expect([judged, done]).toEqual([1, [{ q: 'safe' }]])
    expect(lastPrompt(outcome.model)).toContain('safe')
    expect(lastPrompt(outcome.model)).not.toContain('repaired')
  })

  it.runIf(version.folder === '7-latest')('judges what a refinement turned the arguments into', async () => {
    const { tool, done } = counted(version)
    const outcome = await attack(place, {
      steps: [toolCall('t', { q: 'fine' }), 'Done.'],
      tools: { t: tool },
      settings: { experimental_refineToolInput: { t: () => ({ q: 'evil' }) } },
      hooks: { toolCallRequest: forbidsEvil },
    })
    expect([done, outcome.text]).toEqual([[], 'Done.'])
  })

  it('takes a repair to a forbidden call of a tool that the client executes out of the answer', async () => {
    const repair = async ({ toolCall: call }: { toolCall: Bag }): Promise<Bag> => ({
      ...call,
      input: '{"q":"evil"}',
    })
    const outcome = await attack(place, {
      steps: [toolCall('client', { wrong: 1 }), 'Done.'],
      tools: { client: { inputSchema: z.object({ q: z.string() }) } },
      settings: { experimental_repairToolCall: repair },
      hooks: { toolCallRequest: forbidsEvil },
    })
    expect(openClientCalls(outcome.parts, outcome.result)).toEqual([])
  })

  it('judges arguments once and executes what the schema made of them', async () => {
    const done: unknown[] = []
    const inputSchema = z.object({
      n: z.coerce.number(),
      shout: z.string().transform((said: string) => said.toUpperCase()),
      lang: z.string().default('en'),
    })
    const seen: unknown[] = []
    const outcome = await attack(place, {
      steps: [toolCall('t', { n: '42', shout: 'hi' }), 'Done.'],
      tools: { t: { inputSchema, execute: (input: unknown) => done.push(input) } },
      hooks: { toolCallRequest: ({ parameters }) => void seen.push(structuredClone(parameters)) },
    })
    expect(outcome.text).toBe('Done.')
    expect(seen).toEqual([{ n: '42', shout: 'hi' }])
    expect(done).toEqual([{ n: 42, shout: 'HI', lang: 'en' }])
  })

  it('executes a modification through the schema, once', async () => {
    const done: unknown[] = []
    const inputSchema = z.object({
      n: z.coerce.number(),
      shout: z.string().transform((said: string) => `${said}!`),
    })
    let judged = 0
    const outcome = await attack(place, {
      steps: [toolCall('t', { n: '1', shout: 'a' }), 'Done.'],
      tools: { t: { inputSchema, execute: (input: unknown) => done.push(input) } },
      hooks: {
        toolCallRequest: () => {
          judged += 1
          return modify({ n: '2', shout: 'b' })
        },
      },
    })
    expect(outcome.text).toBe('Done.')
    expect([judged, done]).toEqual([1, [{ n: 2, shout: 'b!' }]])
  })

  it('asks again when the schema makes something new each time, and executes what was judged', async () => {
    const done: Bag[] = []
    let made = 0
    const inputSchema = z.object({ q: z.string(), id: z.number().default(() => (made += 1)) })
    const seen: Bag[] = []
    await attack(place, {
      steps: [toolCall('t', { q: 'x' }), 'Done.'],
      tools: { t: { inputSchema, execute: (input: Bag) => void done.push(input) } },
      hooks: { toolCallRequest: ({ parameters }) => void seen.push(parameters) },
    })
    expect(done).toHaveLength(1)
    expect(seen).toContainEqual(done[0])
  })

  it('does not let a client tool be called that was denied', async () => {
    const outcome = await attack(place, {
      steps: [toolCall('client', { q: 'evil' }), 'Done.'],
      tools: { client: { inputSchema: z.object({ q: z.string() }) } },
      hooks: { toolCallRequest: forbidsEvil },
    })
    expect(openClientCalls(outcome.parts, outcome.result)).toEqual([])
    expect(outcome.recorder.steps('toolCall').map(({ status }) => status)).toEqual(['denied'])
  })

  it('lets nothing of a generator tool out before its result was judged', async () => {
    async function* execute(): AsyncGenerator<string> {
      yield 'secret-1'
      yield 'secret-2'
      yield 'last-secret'
    }
    const outcome = await attack(place, {
      steps: [toolCall('t', {}), 'Done.'],
      tools: { t: { inputSchema: z.object({}), execute } },
      hooks: { toolCallResult: () => deny('private') },
    })
    expect(outcome.leaked).not.toContain('secret')
    expect(lastPrompt(outcome.model)).not.toContain('secret')
    expect(lastPrompt(outcome.model)).toContain('private')
  })

  it('keeps the preliminary results of a generator tool, hidden in a function or not, that nobody judges', async () => {
    async function* generate(): AsyncGenerator<string> {
      yield 'one'
      yield 'two'
    }
    for (const execute of [generate, () => generate()]) {
      for (const toolCallRequest of [() => allow(), async () => allow()]) {
        const outcome = await attack(place, {
          steps: [toolCall('t', {}), 'Done.'],
          tools: { t: { inputSchema: z.object({}), execute } },
          hooks: { toolCallRequest },
        })
        expect(outcome.text).toBe('Done.')
        if (!streams) continue
        const outputs = outcome.parts.filter(({ type }) => type === 'tool-result').map(({ output }) => output)
        expect(outputs).toEqual(['one', 'two', 'two'])
      }
    }
  })

  it('never shows the first arguments of a modified call', async () => {
    const { tool, done } = counted(version)
    const outcome = await attack(place, {
      steps: [[text('Let me see. '), toolCall('t', { q: 'original-secret-arguments' })], 'Done.'],
      tools: { t: tool },
      hooks: { toolCallRequest: () => modify({ q: 'safe' }) },
    })
    expect(done).toEqual([{ q: 'safe' }])
    expect(outcome.leaked).not.toContain('original')
    const deltas = outcome.parts
      .filter(({ type }) => type === 'tool-input-delta')
      .map((part) => part['delta'])
    if (streams) expect(deltas.join('')).toBe('{"q":"safe"}')
    expect(lastPrompt(outcome.model)).not.toContain('original')
  })

  it('judges calls of tools that are not known beforehand', async () => {
    const done: unknown[] = []
    const t = ai.dynamicTool({
      inputSchema: ai.jsonSchema({ type: 'object' }),
      execute: (input: unknown) => done.push(input),
    })
    const outcome = await attack(place, {
      steps: [[toolCall('t', { q: 'evil' }), toolCall('t', { q: 'fine' })], 'Done.'],
      tools: { t },
      hooks: { toolCallRequest: forbidsEvil },
    })
    expect(outcome.text).toBe('Done.')
    expect(done).toEqual([{ q: 'fine' }])
  })

  it('shows the judged result to toModelOutput', async () => {
    const { tool } = counted(version)
    const outcome = await attack(place, {
      steps: [toolCall('t', { q: 'x' }), 'Done.'],
      tools: {
        t: { ...tool, toModelOutput: (given: unknown) => ({ type: 'text', value: `shown ${plain(given)}` }) },
      },
      hooks: { toolCallResult: () => modify({ found: 'redacted' }) },
    })
    expect(outcome.text).toBe('Done.')
    expect(lastPrompt(outcome.model)).toContain('shown')
    expect(lastPrompt(outcome.model)).toContain('redacted')
  })

  it('judges what an MCP tool says of its own failure', async () => {
    const result = { isError: true, content: [{ type: 'text', text: 'secret path /etc' }] }
    const outcome = await attack(place, {
      steps: [toolCall('t', { q: 'x' }), 'Done.'],
      tools: { t: { ...counted(version).tool, execute: () => result } },
      hooks: {
        toolCallResult: (context) => (plain(context.result).includes('secret') ? deny('private') : allow()),
      },
    })
    expect(outcome.text).toBe('Done.')
    expect(lastPrompt(outcome.model)).not.toContain('/etc')
  })

  it('judges what a tool throws before the model sees it', async () => {
    const execute = (): never => {
      throw new TypeError('secret path /etc')
    }
    for (const answer of [deny('private'), modify('redacted')]) {
      const outcome = await attack(place, {
        steps: [toolCall('t', { q: 'x' }), 'Done.'],
        tools: { t: { ...counted(version).tool, execute } },
        hooks: { toolCallResult: (context) => (context.isError === true ? answer : allow()) },
      })
      expect(outcome.text).toBe('Done.')
      expect(lastPrompt(outcome.model)).not.toContain('/etc')
      expect(outcome.leaked).not.toContain('/etc')
    }
  })

  it('keeps activeTools and toolChoice as they are', async () => {
    const { tool, done } = counted(version)
    const outcome = await attack(place, {
      steps: [toolCall('a', { q: 'x' }), 'Done.'],
      tools: { a: tool, b: counted(version).tool },
      settings: {
        activeTools: ['a'],
        toolChoice: { type: 'tool', toolName: 'a' },
        prepareStep: ({ stepNumber }: Bag) => (stepNumber === 0 ? {} : { toolChoice: 'auto' }),
      },
      hooks: { toolCallRequest: () => deny('no') },
    })
    expect(done).toEqual([])
    expect(outcome.text).toBe('Done.')
    expect(outcome.model.calls[0]?.toolChoice).toEqual({ type: 'tool', toolName: 'a' })
    expect(namesOf(outcome.model.calls[0]?.tools)).toEqual(['a'])
  })
})

function namesOf(tools: unknown): unknown[] {
  return (tools as Bag[]).map(({ name }) => name)
}

/** Calls that wait for a client to execute them. */
function openClientCalls(parts: readonly Bag[], result: Bag): unknown[] {
  const all =
    parts.length > 0
      ? parts
      : ((result['steps'] ?? []) as { content: Bag[] }[]).flatMap(({ content }) => content)
  const settled = new Set(
    all
      .filter(({ type }) =>
        ['tool-error', 'tool-result', 'tool-output-denied', 'tool-approval-response'].includes(String(type)),
      )
      .map((part) => part['toolCallId'] ?? (part['toolCall'] as Bag)['toolCallId']),
  )
  return all.filter(
    (part) => part['type'] === 'tool-call' && part['invalid'] !== true && !settled.has(part['toolCallId']),
  )
}
