import { randomUUID } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { PinTable, unusable, type LocalToolPins, type ToolPinEntry } from './pin-store.ts'
import { changedParts, pinProblem, PINNED_PARTS, shown, type ToolPin } from './tool-pin.ts'

const FORMAT = 1

/**
 * Keeps pins in a JSON file that reviews well: sorted, one line for each digest, readable for this user alone. It is read
 * now, and again before each change; what cannot be read throws `invalid_config`. There need not be a file yet.
 */
export function filePins(path: string): LocalToolPins {
  return new PinFile(path)
}

class PinFile implements LocalToolPins {
  readonly #path: string
  #table: PinTable

  constructor(path: string) {
    this.#path = path
    this.#table = readPinFile(path)
  }

  get(server: string, tool: string): ToolPin | undefined {
    return this.#table.get(server, tool)
  }

  entries(): readonly ToolPinEntry[] {
    return this.#table.entries()
  }

  set(entries: readonly ToolPinEntry[]): void {
    const known = this.#table
    const kept = readPinFile(this.#path)
    if (kept.entries().length === 0 && known.entries().length > 0)
      throw unusable(`${this.#path}: the file is gone, or empty`)
    // what somebody else has written there meanwhile holds from now on
    this.#table = kept
    for (const { server, tool, pin } of entries) {
      const there = kept.get(server, tool)
      if (!isSame(there, known.get(server, tool)) && !isSame(there, pin))
        throw unusable(
          `${this.#path}: the pin of ${shown(tool)} of ${shown(server)} was changed by somebody else`,
        )
    }
    const next = new PinTable()
    next.set(kept.entries())
    next.set(entries)
    replaceFile(this.#path, pinFileText(next))
    this.#table = next
  }
}

/** The text of a pin file. */
function pinFileText(table: PinTable): string {
  const servers = new Map<string, [string, unknown][]>()
  for (const { server, tool, pin } of table.entries()) {
    const tools = servers.get(server) ?? []
    servers.set(server, tools)
    tools.push([tool, pinMembers(pin)])
  }
  // unlike an assignment, fromEntries makes a member of any name
  const members = [...servers].map(([server, tools]) => [server, Object.fromEntries(tools)])
  return `${JSON.stringify({ version: FORMAT, servers: Object.fromEntries(members) as unknown }, undefined, 2)}\n`
}

function pinMembers(pin: ToolPin): Record<string, string> {
  const keys = [...PINNED_PARTS, 'serverVersion' as const].toSorted()
  return Object.fromEntries(keys.flatMap((key) => (pin[key] === undefined ? [] : [[key, pin[key]]])))
}

function readPinFile(path: string): PinTable {
  const table = new PinTable()
  const text = textOf(path)
  if (text === undefined) return table
  const file = objectAt(parsed(path, text), `${path}: the file`)
  for (const key of Object.keys(file))
    if (key !== 'version' && key !== 'servers') throw unusable(`${path}: ${shown(key)} is unknown`)
  if (file['version'] !== FORMAT) throw unusable(`${path}: version must be ${FORMAT}`)
  const servers = objectAt(file['servers'], `${path}: servers`)
  for (const [server, given] of Object.entries(servers)) {
    const at = `${path}: servers.${shown(server)}`
    const tools = Object.entries(objectAt(given, at)).map(([tool, pin]) => {
      const problem = pinProblem(pin)
      if (problem !== undefined) throw unusable(`${at}.${shown(tool)}${problem}`)
      return { server, tool, pin: pin as ToolPin }
    })
    table.set(tools)
  }
  return table
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    throw unusable(`${path}: the file cannot be read`, cause)
  }
}

// the message of JSON.parse quotes the file, which may be another one than was meant
function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1]
    const line = position === undefined ? undefined : text.slice(0, Number(position)).split('\n').length
    throw unusable(`${path}${line === undefined ? '' : `:${line}`}: the file is no JSON`)
  }
}

function objectAt(value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, unknown>>
  throw unusable(`${at} is no object`)
}

function isSame(left: ToolPin | undefined, right: ToolPin | undefined): boolean {
  if (left === undefined || right === undefined) return left === right
  return changedParts(left, right).length === 0
}

function replaceFile(path: string, text: string): void {
  const fresh = `${path}.${randomUUID()}.new`
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    const descriptor = openSync(fresh, 'wx', 0o600)
    try {
      writeFileSync(descriptor, text)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(fresh, path)
  } catch (cause) {
    rmSync(fresh, { force: true })
    throw unusable(`${path}: the file cannot be written`, cause)
  }
}
