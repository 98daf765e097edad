import type { HookName } from '../hooks/hook-names.ts'
import type { Operation } from './operation.ts'

/** How a value is shown to one hook, and how what that hook made of it is put back. */
export interface HookView {
  readonly shown: unknown
  /** Puts a modified view back into the operation's value; a text says why it does not fit. */
  restore(
    modified: unknown,
  ): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: string }
}

/**
 * Shows a value as the hook's own kind of value: memory hooks see texts and `knowledgeRetrieval` sees results,
 * also where the operation is a tool call tagged with that kind.
 */
export function hookView(hook: HookName, operation: Operation, value: unknown): HookView {
  if (operation.kind !== 'toolCall' || hook === 'toolCallRequest' || hook === 'toolCallResult')
    return asIs(value)
  try {
    return viewOfKind(hook, value)
  } catch {
    // circular, or with members that throw: the handlers may allow or deny it whole
    return { shown: value, restore: () => ({ ok: false, problem: 'this value cannot be shown as text' }) }
  }
}

function viewOfKind(hook: HookName, value: unknown): HookView {
  if (hook === 'memoryStore') return parametersAsMemory(value)
  return hook === 'knowledgeRetrieval' ? resultsView(value) : outputAsMemory(value)
}

function asIs(value: unknown): HookView {
  return { shown: value, restore: (modified) => ({ ok: true, value: modified }) }
}

function parametersAsMemory(parameters: unknown): HookView {
  return {
    shown: [textOf(parameters)],
    restore: (modified) => {
      if (!Array.isArray(modified) || modified.length !== 1 || typeof modified[0] !== 'string') {
        return {
          ok: false,
          problem: 'a tool call stores exactly one memory item; return a list with one text',
        }
      }
      return parseLike(parameters, modified[0])
    },
  }
}

function outputAsMemory(output: unknown): HookView {
  if (!Array.isArray(output)) {
    return {
      shown: [textOf(output)],
      restore: (modified) => {
        if (Array.isArray(modified) && modified.length === 0)
          return { ok: true, value: typeof output === 'string' ? '' : null }
        if (!Array.isArray(modified) || modified.length !== 1 || typeof modified[0] !== 'string') {
          return {
            ok: false,
            problem: 'this memory has one item; return a list with one text, or an empty one',
          }
        }
        return parseLike(output, modified[0])
      },
    }
  }
  const shown = output.map(textOf)
  return { shown, restore: (modified) => restoreItems(output, shown, modified) }
}

function restoreItems(
  output: readonly unknown[],
  shown: readonly string[],
  modified: unknown,
): ReturnType<HookView['restore']> {
  if (!Array.isArray(modified) || !modified.every((item) => typeof item === 'string')) {
    return { ok: false, problem: 'memory is a list of texts' }
  }
  const restored: unknown[] = []
  for (const text of modified) {
    const unchanged = shown.indexOf(text)
    const parsed =
      unchanged >= 0 ? { ok: true as const, value: output[unchanged] } : parseLike(output[0], text)
    if (!parsed.ok) return parsed
    restored.push(parsed.value)
  }
  return { ok: true, value: restored }
}

const CONTENT_KEYS = ['content', 'text', 'pageContent'] as const

function resultsView(output: unknown): HookView {
  const list: readonly unknown[] = Array.isArray(output) ? output : [output]
  const shown = list.map((item, index) => ({ id: idOf(item, index), content: contentOf(item) }))
  const restore: HookView['restore'] = (modified) => {
    if (!Array.isArray(modified)) return { ok: false, problem: 'results are a list of { id, content }' }
    const restored: unknown[] = []
    for (const result of modified) {
      const position = shown.findIndex((original) => original.id === member(result, 'id'))
      const original = shown[position]
      if (original === undefined) return { ok: false, problem: 'a result has an id that was not retrieved' }
      const content = member(result, 'content')
      restored.push(content === original.content ? list[position] : withContent(list[position], content))
    }
    return { ok: true, value: Array.isArray(output) ? restored : (restored[0] ?? null) }
  }
  return { shown, restore }
}

function idOf(item: unknown, index: number): string {
  const id = member(item, 'id')
  return typeof id === 'string' ? id : `result-${index}`
}

function contentOf(item: unknown): string {
  const key = CONTENT_KEYS.find((name) => typeof member(item, name) === 'string')
  return key === undefined ? textOf(item) : String(member(item, key))
}

function withContent(item: unknown, content: unknown): unknown {
  const key = CONTENT_KEYS.find((name) => typeof member(item, name) === 'string')
  return key === undefined || typeof item !== 'object' ? content : { ...item, [key]: content }
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return JSON.stringify(value) ?? ''
}

function parseLike(
  original: unknown,
  text: string,
): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: string } {
  if (typeof original === 'string' || original === undefined) return { ok: true, value: text }
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch {
    return { ok: false, problem: 'the memory item must stay JSON text, as it was' }
  }
}

function member(source: unknown, key: string): unknown {
  return typeof source === 'object' && source !== null ? Reflect.get(source, key) : undefined
}
