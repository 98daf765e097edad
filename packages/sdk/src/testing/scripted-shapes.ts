import type { ScriptItem, ScriptJson, ScriptMetadata } from './scripted-items.ts'

/** The provider specification a scripted model speaks: `v2` (AI SDK 5), `v3` (6), `v4` (7). */
export type ScriptedVersion = 'v2' | 'v3' | 'v4'

/** Why a scripted model stops. */
export type ScriptedFinish = 'stop' | 'length' | 'content-filter' | 'tool-calls' | 'error' | 'other'

/** Tokens a scripted model reports. */
export interface ScriptedTokens {
  readonly input: number
  readonly output: number
  readonly reasoning?: number
  readonly cacheRead?: number
  readonly cacheWrite?: number
}

/** A stop reason in the shape of one specification. */
export type FinishReasonOf<V extends ScriptedVersion> = V extends 'v2'
  ? ScriptedFinish
  : { unified: ScriptedFinish; raw: string | undefined }

/** Usage in the shape of one specification: flat in `v2`, nested since. */
export type UsageOf<V extends ScriptedVersion> = V extends 'v2'
  ? {
      inputTokens: number
      outputTokens: number
      totalTokens: number
      reasoningTokens?: number
      cachedInputTokens?: number
    }
  : {
      inputTokens: {
        total: number
        noCache: number | undefined
        cacheRead: number | undefined
        cacheWrite: number | undefined
      }
      outputTokens: { total: number; text: number | undefined; reasoning: number | undefined }
    }

/** A content part of a provider's answer, as far as scripts make them. */
export type ScriptedContent =
  | { type: 'text'; text: string; providerMetadata?: ProviderMetadata }
  | { type: 'reasoning'; text: string; providerMetadata?: ProviderMetadata }
  | ToolCallContent
  | ToolResultContent
  | { type: 'source'; sourceType: 'url'; id: string; url: string; title?: string }

type ProviderMetadata = Record<string, MutableObject>
type MutableJson = null | boolean | number | string | MutableJson[] | MutableObject
interface MutableObject {
  [key: string]: MutableJson
}

interface ToolCallContent {
  type: 'tool-call'
  toolCallId: string
  toolName: string
  input: string
  providerExecuted?: boolean
  dynamic?: boolean
  providerMetadata?: ProviderMetadata
}

interface ToolResultContent {
  type: 'tool-result'
  toolCallId: string
  toolName: string
  result: NonNullable<MutableJson>
  isError?: boolean
  dynamic?: boolean
  providerExecuted?: boolean
}

/** A part of a provider's stream, as far as scripts make them. */
export type ScriptedStreamPart<V extends ScriptedVersion> =
  | { type: 'stream-start'; warnings: [] }
  | { type: 'response-metadata'; id: string; modelId: string; timestamp: Date }
  | {
      type: 'text-start' | 'text-end' | 'reasoning-start' | 'reasoning-end'
      id: string
      providerMetadata?: ProviderMetadata
    }
  | { type: 'text-delta' | 'reasoning-delta'; id: string; delta: string }
  | { type: 'tool-input-start'; id: string; toolName: string; providerExecuted?: boolean; dynamic?: boolean }
  | { type: 'tool-input-delta'; id: string; delta: string }
  | { type: 'tool-input-end'; id: string }
  | Exclude<ScriptedContent, { type: 'text' | 'reasoning' }>
  | { type: 'error'; error: unknown }
  | {
      type: 'finish'
      usage: UsageOf<V>
      finishReason: FinishReasonOf<V>
      providerMetadata?: ProviderMetadata
    }

/** Gives tokens the shape of a specification. */
export function usageOf<V extends ScriptedVersion>(version: V, tokens: ScriptedTokens): UsageOf<V> {
  const { input, output, reasoning, cacheRead, cacheWrite } = tokens
  const flat: UsageOf<'v2'> = {
    inputTokens: input,
    outputTokens: output,
    totalTokens: input + output,
    ...(reasoning === undefined ? {} : { reasoningTokens: reasoning }),
    ...(cacheRead === undefined ? {} : { cachedInputTokens: cacheRead }),
  }
  const known = cacheRead !== undefined || cacheWrite !== undefined
  const nested: UsageOf<'v3'> = {
    inputTokens: {
      total: input,
      noCache: known ? input - (cacheRead ?? 0) - (cacheWrite ?? 0) : undefined,
      cacheRead,
      cacheWrite,
    },
    outputTokens: {
      total: output,
      text: reasoning === undefined ? undefined : output - reasoning,
      reasoning,
    },
  }
  return (version === 'v2' ? flat : nested) as UsageOf<V>
}

/** Gives a stop reason the shape of a specification. */
export function finishOf<V extends ScriptedVersion>(version: V, reason: ScriptedFinish): FinishReasonOf<V> {
  return (version === 'v2' ? reason : { unified: reason, raw: reason }) as FinishReasonOf<V>
}

type Speech = Extract<
  ScriptItem,
  { kind: 'text' | 'reasoning' | 'tool-call' | 'tool-result' | 'source' | 'raw' }
>

/** Gives one item the shape of a content part; `newId` names calls and sources that have no id. */
export function contentOf(
  version: ScriptedVersion,
  item: Speech,
  newId: (prefix: string) => string,
): ScriptedContent {
  switch (item.kind) {
    case 'text':
    case 'reasoning':
      return { type: item.kind, text: item.text, ...metadataOf(item.providerMetadata) }
    case 'tool-call':
      return {
        type: 'tool-call',
        toolCallId: item.id ?? newId('call'),
        toolName: item.toolName,
        input: item.input,
        ...(item.providerExecuted === undefined ? {} : { providerExecuted: item.providerExecuted }),
        ...dynamicOf(version, item.dynamic),
        ...metadataOf(item.providerMetadata),
      }
    case 'tool-result':
      return {
        type: 'tool-result',
        toolCallId: item.toolCallId,
        toolName: item.toolName,
        result: mutable(item.result) ?? '',
        ...(item.isError ? { isError: true } : {}),
        ...dynamicOf(version, item.dynamic),
        ...(version === 'v4' ? {} : { providerExecuted: true }),
      }
    case 'source':
      return {
        type: 'source',
        sourceType: 'url',
        id: item.id ?? newId('source'),
        url: item.url,
        ...(item.title === undefined ? {} : { title: item.title }),
      }
    case 'raw':
      return { ...item.part } as unknown as ScriptedContent
  }
}

function dynamicOf(version: ScriptedVersion, dynamic: boolean | undefined): { dynamic?: boolean } {
  return dynamic === undefined || version === 'v2' ? {} : { dynamic }
}

/** Metadata as an optional member, so that absent stays absent. */
export function metadataOf(metadata: ScriptMetadata | undefined): { providerMetadata?: ProviderMetadata } {
  return metadata === undefined ? {} : { providerMetadata: structuredClone(metadata) as ProviderMetadata }
}

function mutable(value: ScriptJson): MutableJson {
  return structuredClone(value) as MutableJson
}
