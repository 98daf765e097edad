// The public surface of @aos/sdk/reporter.
export { AgentRunReporter, type AgentRunReporterStats } from './agent-run-reporter.ts'
export type { AgentRunReporterOptions } from './reporter-options.ts'
export type { RunDocumentKind } from './run-document.ts'
