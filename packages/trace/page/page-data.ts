import type { AttributeValue, ViewSpan, ViewTrace } from '../src/view/view-trace.ts'

/** What the page is about, as `renderHtml` embeds it. */
export interface PageData {
  readonly title: string
  readonly traces: readonly ViewTrace[]
  readonly problems: readonly string[]
  readonly problemCount: number
}

/** Reads the data that the page carries. */
export function readPageData(): PageData {
  return JSON.parse(document.getElementById('data')?.textContent ?? '') as PageData
}

const HAYSTACKS = new WeakMap<ViewSpan, string>()

/** All that a search looks through, in small letters. */
export function haystackOf(span: ViewSpan): string {
  const known = HAYSTACKS.get(span)
  if (known !== undefined) return known
  const parts: string[] = [span.name, span.spanId, span.outcome, span.message ?? '']
  collect(span.attributes, parts)
  for (const { name, attributes } of span.events) {
    parts.push(name)
    collect(attributes, parts)
  }
  const made = parts.join('\n').toLowerCase()
  HAYSTACKS.set(span, made)
  return made
}

function collect(value: AttributeValue, parts: string[]): void {
  if (typeof value !== 'object' || value === null) {
    parts.push(String(value))
  } else if (Array.isArray(value)) {
    for (const entry of value as readonly AttributeValue[]) collect(entry, parts)
  } else {
    for (const [key, entry] of Object.entries(value)) {
      parts.push(key)
      collect(entry, parts)
    }
  }
}
