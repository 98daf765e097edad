// The public surface of @aos/trace/view: reads files of spans and shows them, without OpenTelemetry and without a server.
export { formatCost, formatCount, formatDuration, plural } from './format.ts'
export { readTraces, type ReadProblem, type ReadResult } from './read-traces.ts'
export { renderHtml, type HtmlOptions } from './render-html.ts'
export {
  resolveMessages,
  type ResolvedMessage,
  type ResolvedPart,
  type TextPlace,
} from './resolve-messages.ts'
export { runView, type ViewOutput, type ViewTerminal } from './run-view.ts'
export { renderTree, type TreeOptions } from './render-tree.ts'
export { tracesIn } from './traces-in.ts'
export type {
  AttributeValue,
  Outcome,
  ViewAttributes,
  ViewDecision,
  ViewEvent,
  ViewOrigin,
  ViewPeer,
  ViewSpan,
  ViewTokens,
  ViewTotals,
  ViewTrace,
  Work,
} from './view-trace.ts'
export { visibleLine, visibleText } from './visible-text.ts'
