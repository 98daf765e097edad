import { pinOf, type ToolPin } from './tool-pin.ts'
import type { ListedTool } from './tool-standing.ts'

const MAX_NAME = 1024

/** The tools of one answer to `tools/list`, by name. */
export interface ToolList {
  /** What is to be compared with its pin. */
  readonly seen: ReadonlyMap<string, ToolPin>
  /** What cannot be. */
  readonly faulty: ReadonlyMap<string, ListedTool>
  /** Names there is no room for. */
  readonly over: number
}

/** Whether something is short enough to be the name of a server or a tool. */
export function fits(name: string): boolean {
  return name.length <= MAX_NAME
}

/** The name of a tool, in a list or a call, where it has one that can be used. */
export function toolNameOf(tool: unknown): string | undefined {
  const name: unknown = typeof tool === 'object' && tool !== null ? Reflect.get(tool, 'name') : undefined
  return typeof name === 'string' && name !== '' && fits(name) ? name : undefined
}

/** The tools of an answer; `undefined` where it has no list of them. */
export function toolsOf(answer: unknown): readonly unknown[] | undefined {
  const tools: unknown =
    typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'tools') : undefined
  return Array.isArray(tools) ? tools : undefined
}

/** Reads the tools of a list; `hasRoom` says whether there is room for one that was not known, beside `taken` others. */
export function readToolList(
  tools: readonly unknown[],
  serverVersion: string | undefined,
  hasRoom: (name: string, taken: number) => boolean,
): ToolList {
  const seen = new Map<string, ToolPin>()
  const faulty = new Map<string, ListedTool>()
  let over = 0
  for (const tool of tools) {
    const name = toolNameOf(tool)
    if (name === undefined) continue
    if (seen.has(name) || faulty.has(name)) {
      seen.delete(name)
      faulty.set(name, { standing: 'ambiguous' })
    } else if (hasRoom(name, seen.size + faulty.size)) {
      const pin = pinOf(tool, serverVersion)
      if (pin === undefined) faulty.set(name, { standing: 'unreadable' })
      else seen.set(name, pin)
    } else over++
  }
  return { seen, faulty, over }
}
