import type { Entry } from '../graph/agbom-graph.ts'
import type { EntryChange, MemberChange } from '../graph/diff-graphs.ts'

/** How a part of an agent changed. */
export type ChangeType = 'ADDED' | 'REMOVED' | 'CHANGED'

/** How much a change matters: `high` where what a model is told of a tool is not what it was. */
export type ChangeSeverity = 'low' | 'medium' | 'high'

/** A part of an agent as events name it; its first three members are those that the AOS landing page prints. */
export interface ChangedComponent {
  readonly type: string
  readonly name: string
  readonly version: string
  readonly id: string
  readonly description?: string
  /** Everything that is known of it. */
  readonly entry: Entry
}

/** A change of what an agent is made of (AOS Inspect, dynamic AgBOM). */
export class AgBOMEvent {
  readonly changeType: ChangeType
  /** The same as the Python API names it: `COMPONENT_ADDED`. */
  readonly eventName: `COMPONENT_${ChangeType}`
  readonly component: ChangedComponent
  /** What is different, of a changed component. */
  readonly members: readonly MemberChange[]
  readonly severity: ChangeSeverity
  /** Version of the bill of materials since this change. */
  readonly version: number
  /** ISO 8601, UTC. */
  readonly timestamp: string

  constructor(
    { change, entry, members }: EntryChange,
    at: { readonly version: number; readonly timestamp: string },
  ) {
    this.changeType = change
    this.eventName = `COMPONENT_${change}`
    this.component = toComponent(entry)
    this.members = members
    this.severity = severityOf(change, members)
    this.version = at.version
    this.timestamp = at.timestamp
  }
}

function toComponent(entry: Entry): ChangedComponent {
  const { kind: type, name, version = 'unknown', id, description } = entry
  const named = { type, name, version, id, ...(description === undefined ? {} : { description }) }
  // printed, it says what it is; all the rest is there for who asks
  return Object.defineProperty(named as ChangedComponent, 'entry', { value: entry, enumerable: false })
}

const TOLD: ReadonlySet<string> = new Set(['definitionDigest', 'description', 'inputSchema', 'endpoint'])

function severityOf(change: ChangeType, members: readonly MemberChange[]): ChangeSeverity {
  if (change === 'ADDED') return 'medium'
  return change === 'CHANGED' && members.some(({ member }) => TOLD.has(member)) ? 'high' : 'low'
}
