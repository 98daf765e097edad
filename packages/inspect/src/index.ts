// The public surface of @aos/inspect: what an agent is made of, in the formats of bills of materials.
export type {
  AgBOMGraph,
  AgentEntry,
  Entry,
  EntryKind,
  JsonValue,
  Organisation,
  Origin,
} from './graph/agbom-graph.ts'
