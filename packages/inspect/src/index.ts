// The public surface of @aos/inspect: what an agent is made of, in the formats of bills of materials.
export { AgBOM } from './agbom.ts'
export type { AgBOMFormat, AgBOMOptions } from './agbom-options.ts'
export {
  agbomAnswers,
  type A2AAgBOMRequest,
  type AgBOMAnswers,
  type AgBOMQuestion,
} from './answers/agbom-answers.ts'
export type { KnownFacts } from './collect/build-graph.ts'
export {
  AgBOMEvent,
  type ChangedComponent,
  type ChangeSeverity,
  type ChangeType,
} from './dynamic/agbom-event.ts'
export { DynamicAgBOM, type AgBOMListener, type DynamicAgBOMOptions } from './dynamic/dynamic-agbom.ts'
export { generateAgBOM, verifyAgBOM } from './generate-agbom.ts'
export type {
  AgBOMGraph,
  AgentEntry,
  Entry,
  EntryKind,
  JsonValue,
  Organisation,
  Origin,
} from './graph/agbom-graph.ts'
export { diffGraphs, type EntryChange, type MemberChange } from './graph/diff-graphs.ts'
