import type { StepRecord } from '@aos/sdk'

const CALLS = /tool[-_ ]?(?:call|use)|function[-_]?call/i

/**
 * What a model said to itself before it called tools, as far as its answer was captured: its reasoning, or else the
 * text that came with the calls. Nothing for an answer that calls no tool and shows no reasoning.
 */
export function thoughtOf({ content, finishReasons = [] }: StepRecord): string | undefined {
  const { output } = content
  if (output === undefined) return undefined
  const parts = partsOf(output)
  const callsTools =
    finishReasons.some((reason) => CALLS.test(reason)) || parts.some(({ type }) => CALLS.test(type))
  const reasoning = textOf(parts, (type) => type === 'reasoning' || type === 'thinking')
  if (reasoning !== '' || !callsTools) return reasoning === '' ? undefined : reasoning
  const said = textOf(parts, (type) => type === 'text')
  return said === '' ? undefined : said
}

interface Part {
  readonly type: string
  readonly text: string
}

function partsOf(output: string): readonly Part[] {
  const value = parsed(output)
  if (value === undefined) return isCutJson(output) ? [] : [{ type: 'text', text: output }]
  if (Array.isArray(value)) return value.flatMap((part: unknown) => partOf(part))
  const { content, tool_calls: calls } = value as {
    readonly content?: unknown
    readonly tool_calls?: unknown
  }
  const said: readonly Part[] = Array.isArray(content)
    ? content.flatMap((part: unknown) => partOf(part))
    : typeof content === 'string'
      ? [{ type: 'text', text: content }]
      : []
  return Array.isArray(calls) && calls.length > 0 ? [...said, { type: 'tool-call', text: '' }] : said
}

function partOf(part: unknown): readonly Part[] {
  if (typeof part !== 'object' || part === null) return []
  const { type, text, thinking, reasoning } = part as Readonly<Record<string, unknown>>
  const shown = [text, thinking, reasoning].find((value) => typeof value === 'string')
  return typeof type === 'string' ? [{ type, text: typeof shown === 'string' ? shown : '' }] : []
}

function textOf(parts: readonly Part[], wanted: (type: string) => boolean): string {
  return parts
    .filter(({ type, text }) => wanted(type) && text !== '')
    .map(({ text }) => text)
    .join('\n')
}

function parsed(text: string): object | undefined {
  if (!isCutJson(text)) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function isCutJson(text: string): boolean {
  return text.startsWith('[{"') || text.startsWith('{"')
}
