import { allow, deny, modify, type AOSOptions, type HookContext } from '@aos/sdk'
import {
  breakOff,
  errorPart,
  json,
  rawPart,
  reasoning,
  text,
  toolCall,
  type ScriptStep,
} from '@aos/sdk/testing'
import { instrumentAI } from '@aos/sdk/vercel-ai'
import { describe, expect, it } from 'vitest'

import {
  attack,
  counted,
  everywhere,
  lastPrompt,
  modelOf,
  plain,
  subjectOf,
  type Bag,
} from '../support/vercel-guard/lab.ts'
import { aiVersions } from './versions.ts'

// what a guarded agent says leaves only once it was judged, in whatever form it is said

const hidesSecrets = (context: HookContext): ReturnType<typeof deny> =>
  context.role === 'agent' && plain(context.content).includes('secret') ? deny('confidential') : allow()

describe.each(everywhere)('$name', (place) => {
  const { version, streams } = place
  const { z, ai } = version

  it('judges each text block by itself', async () => {
    const seen: unknown[] = []
    const outcome = await attack(place, {
      steps: [[text('First. '), text('A secret. '), text('Last.')]],
      hooks: {
        message: (context) => {
          if (context.role === 'agent') seen.push(context.content)
          return hidesSecrets(context)
        },
      },
    })
    expect(seen).toEqual(['First. ', 'A secret. ', 'Last.'])
    expect(outcome.text).toBe('First. This answer was withheld: confidentialLast.')
    expect(outcome.leaked).not.toContain('secret')
    expect(finishReasonsOf(outcome.parts, outcome.result)).toContain('content-filter')
  })

  it('drops reasoning that was denied, and rewrites what was modified', async () => {
    const outcome = await attack(place, {
      steps: [[reasoning('A secret thought.'), reasoning('A plain thought.'), text('Done.')]],
      hooks: {
        message: (context) =>
          context.part === 'reasoning' && context.content === 'A plain thought.'
            ? modify('A thought.')
            : hidesSecrets(context),
      },
    })
    expect(outcome.text).toBe('Done.')
    expect(outcome.leaked).not.toContain('secret')
    expect(outcome.leaked).not.toContain('plain')
    expect(outcome.leaked).toContain('A thought.')
    expect(finishReasonsOf(outcome.parts, outcome.result)).not.toContain('content-filter')
  })

  it('judges what is said between tool calls, and keeps it out of the history', async () => {
    const { tool, done } = counted(version)
    const outcome = await attack(place, {
      steps: [[text('The secret is near. '), toolCall('t', { q: 'x' })], 'Done.'],
      tools: { t: tool },
      hooks: { message: hidesSecrets },
    })
    expect(done).toEqual([{ q: 'x' }])
    expect(outcome.leaked).not.toContain('secret')
    expect(lastPrompt(outcome.model)).not.toContain('secret')
    expect(lastPrompt(outcome.model)).toContain('withheld')
  })

  it('lets no other form of a denied answer out', async () => {
    const items = [rawPart({ type: 'raw', rawValue: 'the secret' }), text('The secret.')]
    const reply: ScriptStep = {
      items: streams ? items : items.slice(1),
      providerMetadata: { p: { logprobs: ['the secret'], kept: 1 } },
    }
    const outcome = await attack(place, {
      steps: [reply],
      settings: streams ? { includeRawChunks: true, include: { rawChunks: true } } : {},
      hooks: { message: hidesSecrets },
    })
    expect(outcome.text).toContain('withheld')
    expect(outcome.leaked).not.toContain('secret')
    expect(plain(await outcome.result['providerMetadata'])).not.toContain('secret')
    expect(plain(await outcome.result['providerMetadata'])).toContain('kept')
  })

  it('forgets how the provider refers to what was withheld', async () => {
    const metadata = { providerMetadata: { openai: { itemId: 'msg_original' } } }
    const outcome = await attack(place, {
      steps: [[text('The secret. ', metadata), toolCall('t', { q: 'x' })], 'Done.'],
      tools: { t: counted(version).tool },
      hooks: { message: hidesSecrets },
    })
    expect(lastPrompt(outcome.model)).not.toContain('msg_original')
  })

  it('rejects over structured output that was denied', async () => {
    const outcome = await attack(place, {
      steps: [json({ answer: 'secret' })],
      settings: { output: ai.Output.object({ schema: z.object({ answer: z.string() }) }) },
      hooks: { message: (context) => (context.part === 'object' ? hidesSecrets(context) : allow()) },
    })
    expect(outcome.error).toMatchObject({
      name: 'AOSDeniedError',
      code: 'denied',
      reason: 'confidential',
      hook: 'message',
    })
    expect(outcome.leaked).not.toContain('secret')
    for (const settled of Object.values(outcome.promises))
      expect(settled).toEqual({ status: 'rejected', reason: outcome.error })
  })

  it('gives structured output as it was modified', async () => {
    const outcome = await attack(place, {
      steps: [json({ answer: 'secret' })],
      settings: { output: ai.Output.object({ schema: z.object({ answer: z.string() }) }) },
      hooks: { message: (context) => (context.part === 'object' ? modify('{"answer":"public"}') : allow()) },
    })
    expect(
      await (streams
        ? outcome.result['output']
        : (outcome.result['output'] ?? outcome.result['experimental_output'])),
    ).toEqual({ answer: 'public' })
    expect(outcome.leaked).not.toContain('secret')
  })

  it('judges a text that the model never closed', async () => {
    const parts = [
      rawPart({ type: 'text-start', id: 'x' }),
      rawPart({ type: 'text-delta', id: 'x', delta: 'The secret.' }),
    ]
    const outcome = await attack(place, {
      steps: [streams ? parts : [text('The secret.')]],
      hooks: { message: hidesSecrets },
    })
    expect(outcome.leaked).not.toContain('secret')
    expect(outcome.text).toContain('withheld')
  })

  it('says nothing of a text that a failure cut off', async () => {
    const failure = new Error('connection reset')
    const outcome = await attack(place, {
      steps: [
        [
          text('Allowed. '),
          rawPart({ type: 'text-start', id: 'x' }),
          rawPart({ type: 'text-delta', id: 'x', delta: 'The secret.' }),
          breakOff(failure),
        ],
      ],
      hooks: { message: hidesSecrets },
    })
    expect(outcome.leaked).not.toContain('secret')
  })

  it("passes everything at once with streamGuard: 'observe', and still judges it", async () => {
    const seen: unknown[] = []
    const options: AOSOptions = { streamGuard: 'observe' }
    const outcome = await attack(place, {
      steps: [[reasoning('Hm.'), text('Said at once.')]],
      options,
      hooks: { message: ({ role, part, content }) => void (role === 'agent' && seen.push([part, content])) },
    })
    expect(outcome.text).toBe('Said at once.')
    expect(seen).toEqual([
      ['reasoning', 'Hm.'],
      ['text', 'Said at once.'],
    ])
  })

  it.runIf(streams)('holds nothing back when no message hook listens', async () => {
    let release: (() => void) | undefined
    const gate = new Promise<void>((resolve) => (release = resolve))
    const subject = subjectOf(place, {
      steps: [
        [
          rawPart({ type: 'text-start', id: 'x' }),
          rawPart({ type: 'text-delta', id: 'x', delta: 'Early.' }),
          { kind: 'hang', gate },
          rawPart({ type: 'text-end', id: 'x' }),
        ],
      ],
      tools: { t: counted(version).tool },
      hooks: { toolCallRequest: () => allow() },
    })
    const result = await subject.open()
    const reader = result.textStream.getReader()
    expect((await reader.read()).value).toBe('Early.')
    release?.()
    expect((await reader.read()).done).toBe(true)
  })

  it.runIf(streams)("holds nothing back with streamGuard: 'observe'", async () => {
    let release: (() => void) | undefined
    const gate = new Promise<void>((resolve) => (release = resolve))
    const subject = subjectOf(place, {
      steps: [
        [
          rawPart({ type: 'text-start', id: 'x' }),
          rawPart({ type: 'text-delta', id: 'x', delta: 'Early.' }),
          { kind: 'hang', gate },
          rawPart({ type: 'text-end', id: 'x' }),
        ],
      ],
      options: { streamGuard: 'observe' },
      hooks: { message: () => allow() },
    })
    const result = await subject.open()
    const reader = result.textStream.getReader()
    expect((await reader.read()).value).toBe('Early.')
    release?.()
    expect((await reader.read()).done).toBe(true)
  })

  it('uses the notice of the instrument, and throws where it is told to', async () => {
    const noticed = await attack(place, {
      steps: ['The secret.'],
      options: { notice: 'Sorry ({reason}).' },
      hooks: { message: hidesSecrets },
    })
    expect(noticed.text).toBe('Sorry (confidential).')
    const thrown = await attack(place, {
      steps: ['The secret.'],
      options: { onDeny: 'throw' },
      hooks: { message: hidesSecrets },
    })
    expect(thrown.error).toMatchObject({ code: 'denied', reason: 'confidential' })
    expect(thrown.leaked).not.toContain('secret')
  })

  it('takes text, files and images of one user message apart, and judges each part once', async () => {
    const seen: unknown[] = []
    const content = [
      { type: 'text', text: 'Look:' },
      { type: 'file', data: new Uint8Array([1, 2, 3]), mediaType: 'application/pdf' },
      { type: 'text', text: 'Nice?' },
    ]
    const outcome = await attack(place, {
      steps: [toolCall('t', { q: 'x' }), 'Done.'],
      tools: { t: counted(version).tool },
      call: { messages: [{ role: 'user', content }] },
      hooks: {
        message: ({ role, content: judged }) =>
          void (role === 'user' && typeof judged === 'string' && seen.push(judged)),
      },
    })
    expect(outcome.text).toBe('Done.')
    expect(seen).toEqual(['Look:', 'Nice?'])
  })

  it('goes on after an error part as the framework does', async () => {
    const outcome = await attack(place, {
      steps: streams
        ? [[text('One. '), errorPart(new Error('midway')), text('Two.')]]
        : [[text('One. '), text('Two.')]],
      hooks: { message: hidesSecrets },
    })
    expect(outcome.text).toBe('One. Two.')
    await outcome.recorder.ended(1)
    expect(outcome.recorder.runs()).toHaveLength(1)
  })
})

function finishReasonsOf(parts: readonly Bag[], result: Bag): unknown[] {
  return parts.length > 0
    ? parts.filter(({ type }) => type === 'finish').map(({ finishReason }) => finishReason)
    : [result['finishReason']]
}

describe.each(aiVersions)('ai $version', (version) => {
  const { z } = version
  const schema = z.object({ answer: z.string() })

  it('judges objects that are generated without an agent', async () => {
    const call = { schema, prompt: 'go' }
    const denied = instrumentAI(version.ai, { hooks: { message: hidesSecrets } })
    await expect(
      denied.generateObject({ ...call, model: modelOf(version, [json({ answer: 'secret' })]) }),
    ).rejects.toMatchObject({ code: 'denied', reason: 'confidential' })
    const modified = instrumentAI(version.ai, {
      hooks: { message: ({ role }) => (role === 'agent' ? modify('{"answer":"public"}') : allow()) },
    })
    expect(
      (await modified.generateObject({ ...call, model: modelOf(version, [json({ answer: 'secret' })]) }))[
        'object'
      ],
    ).toEqual({ answer: 'public' })
  })

  it('judges objects that are streamed without an agent', async () => {
    const call = { schema, prompt: 'go', onError: () => undefined }
    const denied = instrumentAI(version.ai, { hooks: { message: hidesSecrets } })
    const result = denied.streamObject({ ...call, model: modelOf(version, [json({ answer: 'secret' })]) })
    const object = Promise.resolve(result['object'])
    const partial: unknown[] = []
    const read = async (from: Bag): Promise<void> => {
      for await (const part of from['partialObjectStream'] as AsyncIterable<unknown>) partial.push(part)
    }
    await read(result).catch(() => undefined)
    await expect(object).rejects.toMatchObject({ code: 'denied', reason: 'confidential' })
    expect(plain(partial)).not.toContain('secret')
    const modified = instrumentAI(version.ai, {
      hooks: { message: ({ role }) => (role === 'agent' ? modify('{"answer":"public"}') : allow()) },
    })
    const other = modified.streamObject({ ...call, model: modelOf(version, [json({ answer: 'secret' })]) })
    await read(other)
    expect(partial).toContainEqual({ answer: 'public' })
    await expect(Promise.all([other['object'], other['usage']])).resolves.toMatchObject([
      { answer: 'public' },
      {},
    ])
  })

  it('gates objects generated by a model that is given by name', async () => {
    const named = modelOf(version, [json({ answer: 'secret' })])
    const before: unknown = Reflect.get(globalThis, 'AI_SDK_DEFAULT_PROVIDER')
    Reflect.set(
      globalThis,
      'AI_SDK_DEFAULT_PROVIDER',
      version.ai.customProvider({ languageModels: { named } }),
    )
    try {
      const denied = instrumentAI(version.ai, { hooks: { message: hidesSecrets } })
      await expect(denied.generateObject({ schema, prompt: 'go', model: 'named' })).rejects.toMatchObject({
        reason: 'confidential',
      })
    } finally {
      Reflect.set(globalThis, 'AI_SDK_DEFAULT_PROVIDER', before)
    }
  })
})
