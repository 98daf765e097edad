import { describeOtelLine } from '../../support/otel-line-suite.ts'

describeOtelLine('OpenTelemetry SDK 3.1', import.meta.dirname)
