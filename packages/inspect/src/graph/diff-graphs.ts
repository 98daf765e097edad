import type { AgBOMGraph, Entry } from './agbom-graph.ts'

/** One member of an entry that changed; a member that was not there, or is not there any more, is absent. */
export interface MemberChange {
  readonly member: string
  readonly before?: unknown
  readonly after?: unknown
}

/** How one entry differs between two graphs of an agent. */
export interface EntryChange {
  readonly change: 'ADDED' | 'REMOVED' | 'CHANGED'
  readonly entry: Entry
  /** Of a changed entry, sorted by member; facts are members named `facts.<name>`. */
  readonly members: readonly MemberChange[]
}

/** Compares the entries of two graphs by id; equal graphs have no changes. */
export function diffGraphs(before: AgBOMGraph, after: AgBOMGraph): readonly EntryChange[] {
  const earlier = new Map(before.entries.map((entry) => [entry.id, entry]))
  const later = new Map(after.entries.map((entry) => [entry.id, entry]))
  const ids = [...new Set([...earlier.keys(), ...later.keys()])].toSorted((left, right) =>
    left < right ? -1 : 1,
  )
  return ids.flatMap((id): readonly EntryChange[] => {
    const [old, now] = [earlier.get(id), later.get(id)]
    if (now === undefined) return old === undefined ? [] : [{ change: 'REMOVED', entry: old, members: [] }]
    if (old === undefined) return [{ change: 'ADDED', entry: now, members: [] }]
    const members = changedMembers(old, now)
    return members.length === 0 ? [] : [{ change: 'CHANGED', entry: now, members }]
  })
}

function changedMembers(before: Entry, after: Entry): readonly MemberChange[] {
  const old = membersOf(before)
  const now = membersOf(after)
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].toSorted((left, right) =>
    left < right ? -1 : 1,
  )
  return names.flatMap((member): readonly MemberChange[] => {
    const [left, right] = [old[member], now[member]]
    if (JSON.stringify(left) === JSON.stringify(right)) return []
    return [
      {
        member,
        ...(left === undefined ? {} : { before: left }),
        ...(right === undefined ? {} : { after: right }),
      },
    ]
  })
}

function membersOf({ facts, ...entry }: Entry): Readonly<Record<string, unknown>> {
  const members: Record<string, unknown> = { ...entry }
  for (const [name, value] of Object.entries(facts)) members[`facts.${name}`] = value
  return members
}
