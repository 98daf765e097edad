import { isDeepStrictEqual } from '../../../values/deep-equal.ts'
import type { Operation } from '../../../run/operation.ts'
import { snapshot, type Json } from '../../../values/snapshot.ts'
import type { Use } from '../../../objects/judged.ts'
import type { ItemKind } from './memory.ts'
import { textOf } from './texts.ts'

/** A document of LangChain. */
export interface DocumentShape {
  readonly pageContent: string
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
  readonly id?: string | undefined
}

/** Documents as memory hooks see them: their text. */
export const DOCUMENTS: ItemKind<DocumentShape> = {
  text: ({ pageContent }) => pageContent,
  withText: (document, pageContent) => withMembers(document, { pageContent }),
}

/** Something retrieved from a source of knowledge. */
export interface Retrieval {
  readonly source: string
  readonly query: string | undefined
  readonly retrieve: () => unknown
}

/** The use of a source of knowledge: judged by `knowledgeRetrieval` after retrieval, before the results are used. */
export function retrieval({ source, query, retrieve }: Retrieval): Use<unknown> {
  let results: Results = { found: [], entries: [], shown: [] }
  const asked = { query, keywords: query === undefined ? undefined : keywordsOf(query) }
  return {
    operation: (): Operation => ({
      kind: 'knowledgeRetrieval',
      name: source,
      value: asked,
      facts: asked,
      component: { id: `knowledge:${source}`, type: 'knowledge', name: source },
      validateResult: (value) => {
        const kept = keep(results, value)
        return typeof kept === 'string' ? kept : undefined
      },
    }),
    effect: async () => {
      results = resultsOf(await retrieve())
      return results.shown
    },
    give: (outcome) => {
      const kept = keep(results, outcome)
      return given(results, typeof kept === 'string' ? [] : kept)
    },
    denied: () => given(results, []),
  }
}

interface ShownResult {
  readonly id: string
  readonly content: string
  readonly metadata?: Json
  readonly score?: number
}

interface Results {
  readonly found: unknown
  readonly entries: readonly unknown[]
  readonly shown: readonly ShownResult[]
}

function resultsOf(found: unknown): Results {
  const entries: readonly unknown[] = Array.isArray(found) ? found : [found]
  const ids = new Set<string>()
  const shown = entries.map((entry, index) => {
    const [document, score] = scored(entry)
    const named = isDocument(document) ? document.id : undefined
    const id = typeof named === 'string' && !ids.has(named) ? named : `result-${index}`
    ids.add(id)
    return { id, ...contentOf(document), ...(score === undefined ? {} : { score }) }
  })
  return { found, entries, shown }
}

function contentOf(document: unknown): { readonly content: string; readonly metadata?: Json } {
  if (!isDocument(document)) return { content: textOf(document) }
  const { pageContent: content, metadata } = document
  if (metadata === undefined) return { content }
  const taken = snapshot(metadata)
  return { content, metadata: taken.ok ? taken.json : (JSON.parse(textOf(metadata)) as Json) }
}

function keep({ entries, shown }: Results, decided: unknown): readonly unknown[] | string {
  if (!Array.isArray(decided)) return 'results are a list of { id, content }'
  const kept: unknown[] = []
  for (const result of decided as readonly unknown[]) {
    const index = shown.findIndex(({ id }) => id === member(result, 'id'))
    const before = shown[index]
    if (before === undefined) return 'a result has an id that was not retrieved'
    const entry = changed(entries[index], before, result)
    if (entry === undefined) return `the content of result ${before.id} is no text`
    kept.push(entry)
  }
  return kept
}

function changed(entry: unknown, before: ShownResult, after: unknown): unknown {
  const content = member(after, 'content')
  if (typeof content !== 'string') return undefined
  const metadata = member(after, 'metadata')
  const sameMetadata = metadata === undefined || isDeepStrictEqual(metadata, before.metadata)
  if (content === before.content && sameMetadata) return entry
  const [document, score] = scored(entry)
  if (!isDocument(document)) return content
  const change = withMembers(document, { pageContent: content, ...(sameMetadata ? {} : { metadata }) })
  return score === undefined ? change : [change, score]
}

function given({ found }: Results, kept: readonly unknown[]): unknown {
  if (Array.isArray(found)) return kept
  return kept[0] ?? (typeof found === 'string' ? '' : [])
}

/** The vector stores that give scores give pairs of a document and its score. */
function scored(entry: unknown): readonly [unknown, number | undefined] {
  if (!Array.isArray(entry) || entry.length !== 2 || !isDocument(entry[0])) return [entry, undefined]
  return [entry[0], typeof entry[1] === 'number' ? entry[1] : undefined]
}

function isDocument(value: unknown): value is DocumentShape {
  return typeof member(value, 'pageContent') === 'string'
}

/** A copy of a document, of the same class, with other members. */
function withMembers(document: DocumentShape, members: object): DocumentShape {
  const copy = Object.create(Object.getPrototypeOf(document) as object) as DocumentShape
  return Object.assign(copy, document, members)
}

const MAX_KEYWORDS = 64

/** The distinct words of a query, in lower case and in its order. */
function keywordsOf(query: string): readonly string[] {
  const words =
    query
      .slice(0, 8192)
      .toLowerCase()
      .match(/[\p{L}\p{N}]{2,}/gu) ?? []
  return [...new Set(words)].slice(0, MAX_KEYWORDS)
}

function member(source: unknown, key: string): unknown {
  return typeof source === 'object' && source !== null ? Reflect.get(source, key) : undefined
}
