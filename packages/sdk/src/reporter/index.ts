// The public surface of @aos/sdk/reporter.
export { AgentRunReporter, type AgentRunReporterOptions } from './agent-run-reporter.ts'
