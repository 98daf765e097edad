import { describeOtelLine } from '../../support/otel-line-suite.ts'

describeOtelLine('OpenTelemetry SDK 2.12', import.meta.dirname)
