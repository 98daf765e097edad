import { AOSInstrument, type AOSOptions, type HookHandler, type HookName } from '@aos/sdk'
import {
  scriptedModel,
  stepRecorder,
  type ScriptedCall,
  type ScriptedModel,
  type ScriptStep,
  type StepRecorder,
} from '@aos/sdk/testing'
import { instrumentAI } from '@aos/sdk/vercel-ai'

import type { AgentLike, AiNamespace, AiVersion, Bag, StreamResult } from '../../compat/ai-namespace.ts'
import { aiVersions } from '../../compat/versions.ts'

/** The four ways to make the same guarded call. */
export type Way = 'generate' | 'stream' | 'generateText' | 'streamText'

/** Every way, agents first. */
export const ways: readonly Way[] = ['generate', 'stream', 'generateText', 'streamText']

/** One version and one way. */
export interface Place {
  readonly version: AiVersion
  readonly way: Way
  readonly streams: boolean
}

/** Every version in every way, for `it.each`. */
export const everywhere: readonly (Place & { readonly name: string })[] = aiVersions.flatMap((version) =>
  ways.map((way) => ({
    version,
    way,
    streams: way === 'stream' || way === 'streamText',
    name: `ai ${version.version} ${way}`,
  })),
)

/** A model of any specification that follows a script. */
export type AnyModel = ScriptedModel<'v2' | 'v3' | 'v4'>

/** What an attack is made of. */
export interface Script {
  readonly steps?: readonly ScriptStep[] | ((call: ScriptedCall) => ScriptStep)
  readonly tools?: Bag
  /** Further settings of the agent or the function. */
  readonly settings?: Bag
  /** Options of the call; a prompt by default. */
  readonly call?: Bag
  readonly options?: AOSOptions
  readonly hooks?: { readonly [Name in HookName]?: HookHandler }
}

/** An instrumented subject, ready to be called. */
export interface Subject {
  readonly model: AnyModel
  readonly recorder: StepRecorder
  readonly instrumented: AOSInstrument<object>
  readonly call: (more?: Bag) => Promise<Outcome>
  /** The streamed result itself, unread. */
  readonly open: (more?: Bag) => Promise<StreamResult & Bag>
}

/** Everything a caller can see of one call. */
export interface Outcome {
  /** What it ended with, if not with a result. */
  readonly error: unknown
  readonly text: string
  /** Everything that left, as text. */
  readonly leaked: string
  readonly parts: readonly Bag[]
  /** How each promise of a streamed result settled. */
  readonly promises: Readonly<Record<string, PromiseSettledResult<unknown>>>
  readonly result: Bag
}

/** Makes a model that speaks the newest specification of a version. */
export function modelOf(
  version: AiVersion,
  steps: Script['steps'] = [],
  more: { modelId?: string; specificationVersion?: 'v2' | 'v3' | 'v4' } = {},
): AnyModel {
  return scriptedModel<'v2' | 'v3' | 'v4'>({ specificationVersion: version.spec, steps, ...more })
}

/** Makes an instrumented agent or namespace for one attack. */
export function subjectOf({ version, way }: Place, script: Script): Subject {
  const recorder = stepRecorder()
  const model = modelOf(version, script.steps)
  const sinks = [...(script.options?.sinks ?? []), recorder]
  const options = { ...script.options, sinks, hooks: { ...script.options?.hooks, ...script.hooks } }
  const settings: Bag = {
    model,
    stopWhen: version.ai.stepCountIs(6),
    onError: () => undefined,
    ...script.settings,
  }
  if (script.tools !== undefined) settings['tools'] = script.tools
  const isAgent = way === 'generate' || way === 'stream'
  const agent = isAgent ? new AOSInstrument(new version.ai.ToolLoopAgent(settings), options) : undefined
  const functions = isAgent ? undefined : instrumentAI(version.ai, options)
  const invoke = async (more: Bag): Promise<Bag> => {
    const call = { ...(script.call ?? { prompt: 'go' }), ...more }
    if (agent !== undefined)
      return (await (way === 'stream' ? agent.stream(call) : agent.generate(call))) as Bag
    const all = { ...settings, ...call }
    return (way === 'streamText' ? functions?.streamText(all) : await functions?.generateText(all)) as Bag
  }
  const streams = way === 'stream' || way === 'streamText'
  return {
    model,
    recorder,
    instrumented: (agent ?? functions) as unknown as AOSInstrument<object>,
    call: async (more = {}) =>
      streams ? await readStreamed(async () => invoke(more)) : await readWhole(async () => invoke(more)),
    open: async (more = {}) => (await invoke(more)) as StreamResult & Bag,
  }
}

/** Makes the subject and calls it once. */
export async function attack(place: Place, script: Script): Promise<Outcome & Subject> {
  const subject = subjectOf(place, script)
  return { ...subject, ...(await subject.call()) }
}

/** A tool that counts what it really did. */
export function counted(
  version: AiVersion,
  extra: Bag = {},
): { readonly tool: Bag; readonly done: unknown[] } {
  const done: unknown[] = []
  const execute = (input: unknown): unknown => {
    done.push(input)
    return { found: JSON.stringify(input) }
  }
  return {
    done,
    tool: {
      description: 'counts',
      inputSchema: version.z.object({ q: version.z.string() }),
      execute,
      ...extra,
    },
  }
}

async function readWhole(invoke: () => Promise<Bag>): Promise<Outcome> {
  try {
    const result = await invoke()
    return {
      error: undefined,
      text: String(result['text']),
      leaked: plain(result['steps']),
      parts: [],
      promises: {},
      result,
    }
  } catch (error) {
    return { error, text: '', leaked: '', parts: [], promises: {}, result: {} }
  }
}

/** The promises every version's streamed result has. */
export const PROMISES = [
  'text',
  'usage',
  'totalUsage',
  'steps',
  'finishReason',
  'content',
  'toolCalls',
  'toolResults',
  'response',
  'request',
  'warnings',
  'reasoning',
  'reasoningText',
  'providerMetadata',
  'sources',
  'files',
] as const

async function readStreamed(invoke: () => Promise<Bag>): Promise<Outcome> {
  let result: Bag
  try {
    result = await invoke()
  } catch (error) {
    return { error, text: '', leaked: '', parts: [], promises: {}, result: {} }
  }
  const parts: Bag[] = []
  let thrown: unknown
  try {
    for await (const part of (result as unknown as StreamResult).fullStream) parts.push(part)
  } catch (error) {
    thrown = error
  }
  const settled = await Promise.all(PROMISES.map(async (name) => [name, await settle(result[name])] as const))
  const promises = Object.fromEntries(settled)
  const text = promises['text']
  const failed = text?.status === 'rejected' ? (text.reason as unknown) : thrown
  return {
    error: failed,
    text: text?.status === 'fulfilled' ? String(text.value) : '',
    leaked: plain(parts),
    parts,
    promises,
    result,
  }
}

const NEVER = { status: 'rejected', reason: 'never settled' } as const

async function settle(value: unknown): Promise<PromiseSettledResult<unknown>> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<typeof NEVER>((resolve) => {
    timer = setTimeout(() => resolve(NEVER), 2000)
  })
  const [settled] = await Promise.race([Promise.allSettled([value]), late.then((never) => [never] as const)])
  clearTimeout(timer)
  return settled ?? NEVER
}

/** A value as text, errors and all. */
export function plain(value: unknown): string {
  return (
    JSON.stringify(value, (_key, member: unknown) =>
      member instanceof Error
        ? `${member.name}: ${member.message}`
        : typeof member === 'bigint'
          ? String(member)
          : member,
    ) ?? ''
  )
}

/** What a version's model was last shown, as text. */
export function lastPrompt(model: AnyModel): string {
  return plain(model.calls.at(-1)?.prompt)
}

/** Notes rejections nobody handles while a piece of work runs. */
export async function unhandledDuring(work: () => Promise<unknown>): Promise<unknown[]> {
  const unhandled: unknown[] = []
  const listeners = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', (reason) => unhandled.push(reason))
  try {
    await work()
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    return unhandled
  } finally {
    process.removeAllListeners('unhandledRejection')
    for (const listener of listeners) process.on('unhandledRejection', listener)
  }
}

/** An instrumented agent of a version. */
export function agentOf(version: AiVersion, settings: Bag, options?: AOSOptions): AOSInstrument<AgentLike> {
  return new AOSInstrument(new version.ai.ToolLoopAgent({ onError: () => undefined, ...settings }), options)
}

export type { AgentLike, AiNamespace, AiVersion, Bag, StreamResult }
