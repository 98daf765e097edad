/** What kind of part of an agent an entry is (AOS Inspect, entities). */
export type EntryKind =
  | 'model'
  | 'tool'
  | 'mcp-server'
  | 'a2a-peer'
  | 'knowledge'
  | 'memory'
  | 'capability'
  | 'package'

/** How an entry is known: the agent says that it has it, or it was used. */
export type Origin = 'declared' | 'observed'

/** Somebody who makes or runs a part. */
export interface Organisation {
  readonly name: string
  readonly url?: string | undefined
}

/** JSON, as schemas of tools are written in it. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

/** One part of an agent. Its texts were written by others, and may hold anything. */
export interface Entry {
  /** Unique in its graph: `tool:search`, `model:gpt-5.2`, `mcp:files`, `package:ai@7.0.173`. */
  readonly id: string
  readonly kind: EntryKind
  readonly name: string
  readonly version?: string | undefined
  readonly description?: string | undefined
  readonly origin: Origin
  /** Whether its use is denied. */
  readonly disabled: boolean
  readonly supplier?: Organisation | undefined
  /** Where it is reached; absent for what runs in the process of the agent. */
  readonly endpoint?: string | undefined
  /** JSON Schema of what a tool takes. */
  readonly inputSchema?: JsonValue | undefined
  /** SHA-256, in hexadecimal, of name, description and input schema of a tool in canonical form. */
  readonly definitionDigest?: string | undefined
  /** SPDX licence expression, of packages. */
  readonly license?: string | undefined
  /** SHA-512 of a package as it was published, in hexadecimal. */
  readonly sha512?: string | undefined
  /**
   * Further facts by name, in camel case: `contextWindow`, `temperature`, `protocolVersion`, `transport`, `searchType`, …;
   * all values are texts.
   */
  readonly facts: Readonly<Record<string, string>>
  /** Ids of entries that it needs: the server of a tool, the packages of a package. Sorted. */
  readonly dependsOn: readonly string[]
}

/** The agent itself. */
export interface AgentEntry {
  readonly id: string
  readonly name: string
  readonly version?: string | undefined
  readonly description?: string | undefined
  readonly supplier?: Organisation | undefined
  readonly facts: Readonly<Record<string, string>>
  /** Ids of the entries that it uses. Sorted. */
  readonly dependsOn: readonly string[]
}

/** All that is known of what an agent is made of, whatever the format: pure data, sorted, and equal for equal agents. */
export interface AgBOMGraph {
  /** `urn:uuid:…`; stays the same for an agent while its versions count up. */
  readonly serialNumber: string
  /** Counts up from 1 with each change. */
  readonly version: number
  /** ISO 8601, UTC, whole seconds. */
  readonly timestamp: string
  readonly agent: AgentEntry
  /** Sorted by id. */
  readonly entries: readonly Entry[]
  /** What made the graph. */
  readonly tool: { readonly name: string; readonly version: string }
}
