import type { RetrievedDocument, RetrievalRecord } from '../events/event.ts'
import type { ContentCapture } from './content.ts'

const MAX_DOCUMENTS = 256
const CONTENT_KEYS = ['content', 'text', 'pageContent'] as const

/** One document while its retrieval is judged. */
interface Found {
  readonly document: RetrievedDocument
  /** What it is found again by, where handlers have left some out. */
  readonly key: string
}

/** What a retrieval has found, before anybody has judged it; never throws. */
export class Retrieval {
  readonly #content: ContentCapture
  readonly #found: readonly Found[]
  readonly #total: number

  constructor(output: unknown, content: ContentCapture) {
    this.#content = content
    const items = itemsOf(output)
    this.#total = items.length
    this.#found = items.slice(0, MAX_DOCUMENTS).map((item, at) => foundOf(item, at, content))
  }

  /** The record of it where all of it is used (`output` absent: nothing is). */
  record(output: unknown): RetrievalRecord {
    const used = itemsOf(output)
    const documents = used.length === this.#total ? this.#all() : this.#some(used, output === undefined)
    return { total: this.#total, documents }
  }

  #all(): readonly RetrievedDocument[] {
    return this.#found.map(({ document }) => document)
  }

  #some(used: readonly unknown[], withheld: boolean): readonly RetrievedDocument[] {
    const left = new Set(used.slice(0, this.#total).map((item, at) => foundOf(item, at, this.#content).key))
    const omitted = withheld ? 'withheld' : 'removed'
    return this.#found.map(({ document, key }) => (left.has(key) ? document : { ...document, omitted }))
  }
}

function itemsOf(output: unknown): readonly unknown[] {
  if (output === undefined || output === null) return []
  return Array.isArray(output) ? output : [output]
}

function foundOf(entry: unknown, at: number, content: ContentCapture): Found {
  try {
    return readFound(entry, at, content)
  } catch {
    // it has members that throw: all that is known is that it was there
    return { document: { id: `result-${at}` }, key: `result-${at}` }
  }
}

function readFound(entry: unknown, at: number, content: ContentCapture): Found {
  // vector stores that give scores give pairs of a document and its score
  const isPair = Array.isArray(entry) && entry.length === 2 && typeof entry[1] === 'number'
  const item: unknown = isPair ? entry[0] : entry
  const score = isPair ? (entry[1] as number) : numberOf(item, 'score')
  const digest = content.digest(textOf(item))
  const ownId = textAt(item, ['id'])
  const key = ownId ?? digest
  const named = content.mode === 'off' ? {} : namesOf(item, content)
  const id = ownId === undefined || content.mode === 'off' ? `result-${at}` : content.name(ownId)
  return { document: { id, ...named, ...(score === undefined ? {} : { score }), digest }, key }
}

function namesOf(item: unknown, content: ContentCapture): Pick<RetrievedDocument, 'uri' | 'title' | 'part'> {
  const metadata = member(item, 'metadata')
  const uri = textAt(item, ['uri', 'url', 'source']) ?? textAt(metadata, ['uri', 'url', 'source'])
  const title = textAt(item, ['title']) ?? textAt(metadata, ['title'])
  return {
    ...(uri === undefined ? {} : { uri: content.name(uri) }),
    ...(title === undefined ? {} : { title: content.name(title) }),
    ...partOf(metadata),
  }
}

// where loaders and splitters of LangChain note it
function partOf(metadata: unknown): Pick<RetrievedDocument, 'part'> {
  const loc = member(metadata, 'loc')
  const lines = member(loc, 'lines')
  const found = {
    lineStart: countOf(member(lines, 'from')),
    lineEnd: countOf(member(lines, 'to')),
    page: countOf(member(loc, 'pageNumber') ?? member(metadata, 'page')),
  }
  const known = Object.entries(found).filter(([, value]) => value !== undefined)
  return known.length === 0 ? {} : { part: Object.fromEntries(known) }
}

function countOf(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : undefined
}

function textOf(item: unknown): unknown {
  const key = CONTENT_KEYS.find((name) => typeof member(item, name) === 'string')
  return key === undefined ? item : member(item, key)
}

function textAt(source: unknown, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = member(source, name)
    if (typeof value === 'string' && value !== '') return value
  }
  return undefined
}

function numberOf(source: unknown, name: string): number | undefined {
  const value = member(source, name) ?? member(member(source, 'metadata'), name)
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

function member(source: unknown, name: string): unknown {
  return typeof source === 'object' && source !== null ? Reflect.get(source, name) : undefined
}
