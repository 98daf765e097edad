import { isUtf8 } from 'node:buffer'

/** Parsed JSON, or what is wrong with it. */
export type GuardedJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: string }

/** How deep arrays and objects may stand in each other. */
export const MAX_JSON_DEPTH = 64

/**
 * Parses JSON (RFC 8259) that nobody vouches for, in linear time: no deeper than {@link MAX_JSON_DEPTH}, no member that
 * reaches a prototype, no member named twice, no number out of range.
 */
export function parseGuardedJson(source: Uint8Array | string): GuardedJson {
  // what is not UTF-8 decodes to replacement characters, which a text may hold of its own
  const text =
    typeof source === 'string'
      ? source
      : Buffer.from(source.buffer, source.byteOffset, source.byteLength).toString('utf8')
  if (typeof source !== 'string' && text.includes('\uFFFD') && !isUtf8(source))
    return problem('it is not UTF-8')
  const scan = scanText(text)
  if (scan.depth > MAX_JSON_DEPTH) return problem(`it is deeper than ${MAX_JSON_DEPTH} levels`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return problem('it is not JSON')
  }
  const walk: Walk = { members: 0, found: undefined }
  inspect(value, walk)
  if (walk.found !== undefined) return problem(walk.found)
  // of members with one name only the last is left
  return walk.members === scan.members ? { ok: true, value } : problem('it names a member twice')
}

interface Walk {
  members: number
  found: string | undefined
}

/** Counts levels and members outside of strings; of what is no JSON it may say anything. */
function scanText(text: string): { readonly depth: number; readonly members: number } {
  let depth = 0
  let deepest = 0
  let members = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === QUOTE) {
      index = endOfString(text, index + 1)
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (++depth > deepest) deepest = depth
      if (depth > MAX_JSON_DEPTH) break
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--
    else if (code === COLON) members++
  }
  return { depth: deepest, members }
}

function endOfString(text: string, from: number): number {
  for (let end = text.indexOf('"', from); end !== -1; end = text.indexOf('"', end + 1)) {
    let before = end
    while (before > from && text.charCodeAt(before - 1) === BACKSLASH) before--
    // an odd number of backslashes makes the quote a part of the text
    if ((end - before) % 2 === 0) return end
  }
  return text.length
}

function inspect(value: unknown, walk: Walk): void {
  if (typeof value === 'number' && !Number.isFinite(value)) walk.found ??= 'it holds a number out of range'
  if (typeof value !== 'object' || value === null || walk.found !== undefined) return
  if (Array.isArray(value)) {
    for (const item of value) inspect(item, walk)
    return
  }
  const record = value as Readonly<Record<string, unknown>>
  for (const name of Object.keys(record)) {
    const member = record[name]
    walk.members++
    if (reachesPrototype(name, member)) walk.found ??= `it has a member ${name}, which reaches a prototype`
    inspect(member, walk)
  }
}

function reachesPrototype(name: string, member: unknown): boolean {
  if (name === '__proto__') return true
  return (
    name === 'constructor' &&
    typeof member === 'object' &&
    member !== null &&
    Object.hasOwn(member, 'prototype')
  )
}

function problem(text: string): GuardedJson {
  return { ok: false, problem: text }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
