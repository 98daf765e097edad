import { createTruncation, type Truncation } from '../../export/truncation.ts'

type Json = Record<string, unknown>

/**
 * Cuts the longest texts of one event, given and returned as a line of JSON, to about a size; `unmapped.aos.truncated` lists
 * what was cut, each as `<where> <bytes it had> sha256:<digest of it>`. `undefined` where that does not make it smaller.
 */
export function truncateEvent(line: string, maxBytes: number): string | undefined {
  const event = objectOf(parsed(line))
  if (event === undefined) return undefined
  const earlier = takeEarlier(event)
  const lengths: number[] = []
  mapTexts(event, '', (text) => {
    lengths.push(Buffer.byteLength(text))
    return text
  })
  const bytes = Buffer.byteLength(line)
  const truncation = createTruncation(lengths, bytes - maxBytes)
  if (truncation === undefined) return undefined
  for (const entry of earlier) truncation.keep(entry)
  const cut = mapTexts(event, '', (text, place) => cutText(truncation, text, place)) as Json
  const unmapped = objectOf(cut['unmapped']) ?? {}
  const aos = { ...objectOf(unmapped['aos']), truncated: truncation.entries }
  const made = JSON.stringify({ ...cut, unmapped: { ...unmapped, aos } })
  return Buffer.byteLength(made) < bytes ? made : undefined
}

function cutText(truncation: Truncation, text: string, place: string): string {
  const bytes = Buffer.from(text)
  const cut = truncation.cut(bytes, place)
  return cut === bytes ? text : Buffer.from(cut).toString()
}

/** Takes the list of an earlier truncation out of an event. */
function takeEarlier(event: Json): readonly string[] {
  const aos = objectOf(objectOf(event['unmapped'])?.['aos'])
  const earlier = aos?.['truncated']
  if (aos === undefined || !Array.isArray(earlier)) return []
  delete aos['truncated']
  return earlier.filter((entry) => typeof entry === 'string')
}

function mapTexts(value: unknown, place: string, map: (text: string, place: string) => string): unknown {
  if (typeof value === 'string') return map(value, place)
  if (Array.isArray(value)) return value.map((entry: unknown) => mapTexts(entry, place, map))
  const object = objectOf(value)
  if (object === undefined) return value
  const inside = (key: string): string => (place === '' ? key : `${place}.${key}`)
  return Object.fromEntries(
    Object.entries(object).map(([key, member]) => [key, mapTexts(member, inside(key), map)]),
  )
}

function objectOf(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown
  } catch {
    // what a spool has kept may be of anybody
    return undefined
  }
}
