import { randomUUID } from 'node:crypto'
import type { OutboxItem } from '@aos/sdk/outbox'
import { truncateEvent } from './truncate-event.ts'

const KIND = 'ocsf'
const CONTENT_TYPE = 'application/x-ndjson'
const NEWLINE = Buffer.from('\n')

/** Makes one item of events, each a line of JSON; how many they are survives a restart in its id. */
export function itemOf(lines: readonly string[]): OutboxItem {
  return toItem(lines.length, Buffer.from(lines.join('\n')))
}

/** How many events an item is. */
export function eventsIn({ id }: OutboxItem): number {
  const [count, unique] = id.split('.')
  const events = unique === undefined ? 1 : Number(count)
  return Number.isSafeInteger(events) && events > 0 ? events : 1
}

/** Makes one item of several. */
export function joinItems(items: readonly OutboxItem[]): OutboxItem {
  const events = items.reduce((sum, item) => sum + eventsIn(item), 0)
  // JSON on one line holds no newline of its own
  const bodies = items.flatMap(({ body }, index) => (index === 0 ? [body] : [NEWLINE, body]))
  return toItem(events, Buffer.concat(bodies))
}

/** Makes smaller items of one: halves, or of a single event one without its longest texts; none where that is not enough. */
export function divideItem({ body }: OutboxItem): readonly OutboxItem[] {
  const lines = textOf(body).split('\n')
  if (lines.length > 1) {
    const half = Math.ceil(lines.length / 2)
    return [itemOf(lines.slice(0, half)), itemOf(lines.slice(half))]
  }
  const cut = truncateEvent(lines[0] ?? '', Math.floor(body.byteLength / 2))
  return cut === undefined ? [] : [itemOf([cut])]
}

/** The events of an item as a receiver takes them. */
export function bodyOf({ body }: OutboxItem, format: 'json' | 'ndjson'): string {
  const lines = textOf(body)
  return format === 'json' ? `[${lines.replaceAll('\n', ',')}]` : `${lines}\n`
}

function toItem(events: number, body: Uint8Array): OutboxItem {
  return { id: `${events}.${randomUUID()}`, kind: KIND, contentType: CONTENT_TYPE, body }
}

function textOf(body: Uint8Array): string {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString()
}
