import { digestJson } from '../../values/digest.ts'
import { snapshot, type Json } from '../../values/snapshot.ts'

/** A part of a tool's definition that is pinned on its own; `other` is every member that has no part of its own. */
export type PinnedPart = 'title' | 'description' | 'inputSchema' | 'outputSchema' | 'annotations' | 'other'

/** SHA-256 digests (hexadecimal, over canonical JSON, RFC 8785) of the parts a tool's definition has. */
export interface ToolPin {
  readonly title?: string | undefined
  readonly description?: string | undefined
  readonly inputSchema?: string | undefined
  readonly outputSchema?: string | undefined
  readonly annotations?: string | undefined
  readonly other?: string | undefined
  /** Version the server said it has when this was pinned; for people, it is not compared. */
  readonly serverVersion?: string | undefined
}

const OWN_PARTS = ['title', 'description', 'inputSchema', 'outputSchema', 'annotations'] as const

/** The parts of a pin, in the order in which they are named. */
export const PINNED_PARTS: readonly PinnedPart[] = [...OWN_PARTS, 'other']

// the name is the key of a pin; the others are for the client application and no model reads them
const NOT_PINNED: ReadonlySet<string> = new Set(['name', '_meta', 'icons'])

const DIGEST = /^[0-9a-f]{64}$/
const MAX_VERSION = 64

// what stands in a copy that could not hold all of a value
const CUT = /^\[(?:too large|too deep|circular|unreadable)\]$/

/**
 * Gives the pin of a tool's definition as `tools/list` tells it, without `name`, `_meta` and `icons`; `undefined`
 * where it is no object, or more than can be looked at in full.
 */
export function pinOf(definition: unknown, serverVersion?: string): ToolPin | undefined {
  const taken = snapshot(definition)
  if (!taken.ok || !isObject(taken.json) || isCut(taken.json)) return undefined
  const pin: Partial<Record<keyof ToolPin, string>> = {}
  for (const part of OWN_PARTS)
    if (Object.hasOwn(taken.json, part)) pin[part] = digestJson(taken.json[part] ?? null)
  const others = Object.entries(taken.json).filter(([key]) => !isOwnPart(key) && !NOT_PINNED.has(key))
  if (others.length > 0) pin.other = digestJson(Object.fromEntries(others))
  if (serverVersion !== undefined) pin.serverVersion = serverVersion.slice(0, MAX_VERSION)
  return pin
}

/** The parts in which two definitions differ. */
export function changedParts(pinned: ToolPin, seen: ToolPin): readonly PinnedPart[] {
  return PINNED_PARTS.filter((part) => pinned[part] !== seen[part])
}

/** Says where something is no pin, or nothing. */
export function pinProblem(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return ' is no object'
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue
    if (key === 'serverVersion') {
      if (typeof member !== 'string') return '.serverVersion is no text'
    } else if (!isPart(key)) return `.${shown(key)} is unknown`
    else if (typeof member !== 'string' || !DIGEST.test(member))
      return `.${key} is no SHA-256 digest in hexadecimal`
  }
  return undefined
}

/** A name for a message: as it is where it is a plain one, else quoted and cut. */
export function shown(name: string): string {
  return /^[\w./-]{1,128}$/.test(name) ? name : JSON.stringify(name.slice(0, 64))
}

function isOwnPart(key: string): boolean {
  return OWN_PARTS.some((part) => part === key)
}

function isPart(key: string): key is PinnedPart {
  return PINNED_PARTS.some((part) => part === key)
}

function isObject(json: Json): json is { [key: string]: Json } {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

function isCut(json: Json): boolean {
  if (typeof json === 'string') return CUT.test(json)
  return typeof json === 'object' && json !== null && Object.values(json).some(isCut)
}
