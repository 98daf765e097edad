import { AOSInstrument } from '@aos/sdk'
import {
  describeAdapter,
  scriptedModel,
  text,
  toolCall,
  type AdapterSubject,
  type CaseAgent,
} from '@aos/sdk/testing'
import { instrumentAI } from '@aos/sdk/vercel-ai'
import { describe, test } from 'vitest'

import type { AiVersion, Bag, StreamResult } from './ai-namespace.ts'
import { aiVersions } from './versions.ts'

// the contract every adapter keeps, for each pinned version: agents, and the functions without an agent

type Script = Parameters<AdapterSubject['create']>[0]

function partsOf(
  version: AiVersion,
  { tools, turns }: Script,
): { model: ReturnType<typeof scriptedModel>; settings: Bag } {
  let id = 0
  const model = scriptedModel<'v3' | 'v4'>({
    specificationVersion: version.spec,
    steps: turns.map((turn) =>
      'text' in turn
        ? [text(turn.text)]
        : turn.calls.map(({ tool, args }) => toolCall(tool, args as never, { id: `call-${id++}` })),
    ),
  })
  const inputSchema = version.z.object({ query: version.z.string() })
  const toolSet = Object.fromEntries(
    Object.entries(tools).map(([name, execute]) => [
      name,
      version.ai.tool({ inputSchema, execute: async (args: { query: string }) => execute(args) }),
    ]),
  )
  return {
    model: model as never,
    settings: { model, tools: toolSet, stopWhen: version.ai.stepCountIs(20), onError: () => undefined },
  }
}

async function read(result: StreamResult): Promise<{ text: string; leaked: string }> {
  let leaked = ''
  for await (const part of result.fullStream) leaked += JSON.stringify(part)
  return { text: await result.text, leaked }
}

function whole(result: Bag): { text: string; leaked: string } {
  return { text: String(result['text']), leaked: JSON.stringify(result['steps']) }
}

function agents(version: AiVersion): AdapterSubject {
  return {
    name: `ToolLoopAgent of ai ${version.version}`,
    modes: ['generate', 'stream', 'run'],
    hasModel: true,
    create(script): CaseAgent {
      const { model, settings } = partsOf(version, script)
      const agent = new AOSInstrument(new version.ai.ToolLoopAgent(settings), script.options)
      return {
        instrumented: agent as unknown as AOSInstrument<object>,
        async run(mode, prompt) {
          if (mode === 'stream') return await read(await agent.stream({ prompt }))
          return whole(await (mode === 'run' ? agent.run(prompt) : agent.generate({ prompt })))
        },
        modelCalls: () => model.calls.length,
        lastPrompt: () => JSON.stringify(model.calls.at(-1)?.prompt),
      }
    },
  }
}

function functions(version: AiVersion): AdapterSubject {
  return {
    name: `instrumentAI(ai ${version.version})`,
    modes: ['generateText', 'streamText'],
    hasModel: true,
    create(script): CaseAgent {
      const { model, settings } = partsOf(version, script)
      const ai = instrumentAI(version.ai, script.options)
      return {
        instrumented: ai as unknown as AOSInstrument<object>,
        async run(mode, prompt) {
          if (mode === 'streamText') return await read(ai.streamText({ ...settings, prompt }))
          return whole(await ai.generateText({ ...settings, prompt }))
        },
        modelCalls: () => model.calls.length,
        lastPrompt: () => JSON.stringify(model.calls.at(-1)?.prompt),
      }
    },
  }
}

for (const version of aiVersions) {
  describeAdapter(agents(version), { describe, test })
  describeAdapter(functions(version), { describe, test })
}
