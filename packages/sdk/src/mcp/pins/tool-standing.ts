import { changedParts, shown, type PinnedPart, type ToolPin } from './tool-pin.ts'

/**
 * How a tool that was listed stands to its pin: `unpinned` has none, `not_kept` has one that could not be kept,
 * `ambiguous` was listed more than once at a time, `unreadable` is more than can be looked at in full.
 */
export type Standing = 'as_pinned' | 'changed' | 'unpinned' | 'not_kept' | 'ambiguous' | 'unreadable'

/** A tool as a server has listed it last. */
export interface ListedTool {
  readonly standing: Standing
  readonly seen?: ToolPin | undefined
  readonly pinned?: ToolPin | undefined
}

/** What happens with a tool that is not as it was pinned. */
export interface PinRules {
  readonly onChange: 'deny' | 'ask'
  readonly onNew: 'pin' | 'deny' | 'ask'
}

/** The codes of what the pins refuse. */
export const CODES: Readonly<Record<Exclude<Standing, 'as_pinned'>, string>> = {
  changed: 'tool_changed',
  unpinned: 'tool_unpinned',
  not_kept: 'pin_not_kept',
  ambiguous: 'tool_ambiguous',
  unreadable: 'invalid_tool',
}

const PART_NAMES: Readonly<Record<PinnedPart, string>> = {
  title: 'title',
  description: 'description',
  inputSchema: 'input schema',
  outputSchema: 'output schema',
  annotations: 'annotations',
  other: 'other members',
}

/** How a definition stands to what is pinned. */
export function standingOf(seen: ToolPin, pinned: ToolPin | undefined): ListedTool {
  if (pinned === undefined) return { standing: 'unpinned', seen }
  if (changedParts(pinned, seen).length > 0) return { standing: 'changed', seen, pinned }
  // one object for both, as they stay in memory
  return { standing: 'as_pinned', seen: isOfVersion(pinned, seen) ? pinned : seen, pinned }
}

/** What a call of the tool is answered with, and whether it stays in the list. */
export function verdictOf({ standing }: ListedTool, rules: PinRules): 'allow' | 'ask' | 'deny' {
  if (standing === 'as_pinned') return 'allow'
  if (standing === 'changed') return rules.onChange
  return standing === 'unpinned' && rules.onNew === 'ask' ? 'ask' : 'deny'
}

/** Says of a tool what is not as it was pinned. */
export function reasonOf(server: string, tool: string, listed: ListedTool): string {
  const which = nameOf(server, tool)
  switch (listed.standing) {
    case 'changed':
      return changeReason(which, listed)
    case 'unpinned':
      return `${which} is not among the pinned tools`
    case 'not_kept':
      return `the pin of ${which} could not be kept`
    case 'ambiguous':
      return `${which} was listed more than once`
    case 'unreadable':
      return `${which} has a definition that cannot be pinned`
    case 'as_pinned':
      return `${which} is as it was pinned`
  }
}

/** How a message names a server. */
export function serverNamed(server: string): string {
  return server === '' ? 'an MCP server without a name' : `MCP server ${shown(server)}`
}

function nameOf(server: string, tool: string): string {
  return `tool ${shown(tool)} of ${serverNamed(server)}`
}

function changeReason(which: string, { seen = {}, pinned = {} }: ListedTool): string {
  const parts = changedParts(pinned, seen).map((part) => PART_NAMES[part])
  const versions = isOfVersion(pinned, seen)
    ? ''
    : `; the server was version ${versionOf(pinned)} then and is ${versionOf(seen)} now`
  return `the ${parts.join(', ')} of ${which} changed since it was pinned${versions}`
}

function isOfVersion(pinned: ToolPin, seen: ToolPin): boolean {
  return pinned.serverVersion === seen.serverVersion
}

function versionOf({ serverVersion }: ToolPin): string {
  return serverVersion === undefined ? 'unknown' : shown(serverVersion)
}
