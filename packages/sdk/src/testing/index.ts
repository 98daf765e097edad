// Public surface of @aos/sdk/testing.
export { scriptedEmbeddingModel } from './scripted-embedding-model.ts'
export type {
  ScriptedEmbeddingCall,
  ScriptedEmbeddingModel,
  ScriptedEmbeddingOptions,
} from './scripted-embedding-model.ts'
export {
  breakOff,
  errorPart,
  hang,
  json,
  rawPart,
  reasoning,
  reject,
  source,
  text,
  toolCall,
  toolResult,
} from './scripted-items.ts'
export type {
  ScriptItem,
  ScriptJson,
  ScriptMetadata,
  ScriptedToolCall,
  ToolCallOptions,
} from './scripted-items.ts'
export { scriptedModel } from './scripted-model.ts'
export type { ScriptedModel, ScriptedModelOptions, ScriptedResult, ScriptStep } from './scripted-model.ts'
export type {
  ScriptedContent,
  ScriptedFinish,
  ScriptedStreamPart,
  ScriptedTokens,
  ScriptedVersion,
} from './scripted-shapes.ts'
export type { ScriptedCall, ScriptedCallOptions, ScriptedReply } from './scripted-turn.ts'
export {
  describeAdapter,
  type AdapterCase,
  type AdapterSubject,
  type CaseAgent,
  type CaseCall,
  type CaseOutcome,
  type CaseTools,
  type CaseTurn,
  type TestFunctions,
} from './describe-adapter.ts'
export { stepRecorder, type StepRecorder } from './step-recorder.ts'
