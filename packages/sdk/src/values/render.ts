import { type BoundedWriter, createWriter, write, writeString } from './bounded-writer.ts'
import { classNameOf } from './class-name.ts'

/** The text of a value, and whether it was cut at the budget. */
export interface Rendered {
  readonly text: string
  readonly truncated: boolean
}

/** Gives the text to show in place of a member's value, or undefined to show the value. */
export type MaskMember = (key: string, value: unknown, holder: object) => string | undefined

const MAX_DEPTH = 32
const UNREADABLE = '[unreadable]'

interface Render {
  readonly writer: BoundedWriter
  readonly mask: MaskMember | undefined
  readonly ancestors: object[]
}

/**
 * Turns any value into JSON-like text of at most `maxBytes` UTF-8 bytes; never throws, reads nothing beyond the
 * budget (an engine still lists all the keys of an object), and shows instances by their own members.
 */
export function renderBounded(value: unknown, maxBytes = 8192): Rendered {
  return renderMasked(value, maxBytes, undefined)
}

/** Renders like {@link renderBounded}, with some members replaced before anything of them is read further. */
export function renderMasked(value: unknown, maxBytes: number, mask: MaskMember | undefined): Rendered {
  const writer = createWriter(maxBytes)
  renderNode(value, { writer, mask, ancestors: [] })
  return { text: writer.text, truncated: writer.truncated }
}

function renderNode(value: unknown, render: Render): void {
  const { writer } = render
  switch (typeof value) {
    case 'string':
      return writeString(writer, value)
    case 'symbol':
      return writeString(writer, `Symbol(${(value.description ?? '').slice(0, 256)})`)
    case 'bigint':
      return write(writer, `"${bigintText(value)}"`)
    case 'function':
      return write(writer, '"[function]"')
    case 'object':
      return value === null ? write(writer, 'null') : renderObject(value, render)
    default:
      return write(writer, String(value))
  }
}

/** Decimal digits of an enormous bigint take quadratic time. */
function bigintText(value: bigint): string {
  return value > -(10n ** 40n) && value < 10n ** 40n ? `${value}n` : '[bigint]'
}

function renderObject(value: object, render: Render): void {
  const { writer, ancestors } = render
  if (writer.truncated) return
  if (ancestors.includes(value)) return write(writer, '"[circular]"')
  if (ancestors.length >= MAX_DEPTH) return write(writer, '"[too deep]"')
  ancestors.push(value)
  const depth = ancestors.length
  try {
    renderKind(value, render)
  } catch {
    // a trap or getter threw before or between members: what is written so far stays
    writeString(writer, UNREADABLE)
  }
  ancestors.length = depth - 1
}

function renderKind(value: object, render: Render): void {
  const { writer } = render
  if (Array.isArray(value)) return renderItems(value, render)
  if (ArrayBuffer.isView(value))
    return writeString(writer, `[${classNameOf(value) ?? 'object'} of ${value.byteLength} bytes]`)
  if (value instanceof ArrayBuffer) return writeString(writer, `[ArrayBuffer of ${value.byteLength} bytes]`)
  if (value instanceof Error) return writeString(writer, errorText(value, writer.left))
  if (value instanceof Date) return writeString(writer, dateText(value))
  if (value instanceof Map) return renderMap(value, render)
  if (value instanceof Set) return renderIterated(Set.prototype.values.call(value), render)
  if (value instanceof RegExp) return writeString(writer, RegExp.prototype.toString.call(value))
  if (isBoxed(value)) return renderNode(value.valueOf(), render)
  renderMembers(value, render)
}

function isBoxed(value: object): boolean {
  return value instanceof String || value instanceof Number || value instanceof Boolean
}

function dateText(value: Date): string {
  const time = Date.prototype.getTime.call(value)
  return Number.isNaN(time) ? '[invalid date]' : Date.prototype.toISOString.call(value)
}

function errorText(error: Error, room: number): string {
  const name: unknown = read(error, 'name')
  const message: unknown = read(error, 'message')
  // one character more than fits, so that the writer sees that something is missing
  const shown = (part: unknown): string => (typeof part === 'string' ? part.slice(0, room + 1) : UNREADABLE)
  return `${shown(name)}: ${shown(message)}`
}

function renderItems(items: readonly unknown[], render: Render): void {
  const { writer } = render
  const length = items.length
  write(writer, '[')
  for (let index = 0; index < length && !writer.truncated; index++) {
    if (index > 0) write(writer, ',')
    const item = read(items, String(index))
    const masked = length === 2 && index === 1 ? maskPair(items, item, render) : undefined
    renderOr(masked, item ?? null, render)
  }
  write(writer, ']')
}

/** A pair such as a header entry is a member in another form. */
function maskPair(items: readonly unknown[], item: unknown, render: Render): string | undefined {
  const key = render.mask === undefined ? undefined : read(items, '0')
  return typeof key === 'string' ? render.mask?.(key, item, items) : undefined
}

function renderIterated(items: Iterable<unknown>, render: Render): void {
  const { writer } = render
  let separator = ''
  write(writer, '[')
  for (const item of items) {
    write(writer, separator)
    renderNode(item ?? null, render)
    separator = ','
    if (writer.truncated) return
  }
  write(writer, ']')
}

function renderMap(map: Map<unknown, unknown>, render: Render): void {
  const { writer } = render
  let separator = '{'
  for (const [key, value] of Map.prototype.entries.call(map)) {
    write(writer, separator)
    if (typeof key === 'string') renderMember(key, value, { render, holder: map })
    else {
      renderNode(key, render)
      write(writer, ':')
      renderNode(value, render)
    }
    separator = ','
    if (writer.truncated) return
  }
  write(writer, separator === '{' ? '{}' : '}')
}

function renderMembers(value: object, render: Render): void {
  const { writer } = render
  const keys = Object.keys(value)
  if (keys.length === 0 && !isPlain(value)) return renderInstance(value, render)
  let separator = '{'
  for (const key of keys) {
    if (writer.truncated) return
    const member = read(value, key)
    if (member === undefined) continue
    write(writer, separator)
    renderMember(key, member, { render, holder: value })
    separator = ','
  }
  write(writer, separator === '{' ? '{}' : '}')
}

function renderMember(
  key: string,
  member: unknown,
  at: { readonly render: Render; readonly holder: object },
): void {
  const { writer, mask } = at.render
  writeString(writer, key)
  write(writer, ':')
  renderOr(mask?.(key, member, at.holder), member, at.render)
}

function renderOr(masked: string | undefined, value: unknown, render: Render): void {
  if (masked !== undefined) writeString(render.writer, masked)
  else renderNode(value, render)
}

/** An instance without members of its own (URL, a decimal, a temporal) tells about itself through `toJSON` only. */
function renderInstance(value: object, render: Render): void {
  const toJson: unknown = Reflect.get(value, 'toJSON')
  const json: unknown = typeof toJson === 'function' ? Reflect.apply(toJson, value, []) : undefined
  const shown =
    json === undefined ||
    (typeof json === 'object' && json !== null && !isPlain(json) && !Array.isArray(json))
  if (shown) writeString(render.writer, `[${classNameOf(value) ?? 'object'}]`)
  else renderNode(json, render)
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

function read(holder: object, key: string): unknown {
  try {
    return Reflect.get(holder, key)
  } catch {
    return UNREADABLE
  }
}
