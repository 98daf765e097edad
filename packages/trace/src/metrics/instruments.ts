import type { Attributes, Meter } from '@opentelemetry/api'
import { METRICS, type InstrumentSpec, type Measure, type MetricConventions } from './metric-names.ts'

type Record = (value: number, attributes: Attributes) => void

/** The instruments of one meter. */
export interface Instruments {
  /** Records a value; one that is no count and no time, which providers also report, is left out. */
  record(measure: Measure, value: number | undefined, attributes: Attributes): void
}

/** Makes the instruments that measures are recorded with, by the conventions; each is made once. */
export function createInstruments(meter: Meter, conventions: MetricConventions): Instruments {
  const made = new Map<string, Record>()
  const recorderOf = (spec: InstrumentSpec): Record => {
    const record = made.get(spec.name) ?? createInstrument(meter, spec)
    made.set(spec.name, record)
    const { attributes: own } = spec
    return own === undefined ? record : (value, attributes) => record(value, { ...attributes, ...own })
  }
  const recorders = new Map(
    Object.entries(METRICS[conventions]).map(([measure, specs]) => [measure, specs.map(recorderOf)]),
  )
  return {
    record(measure, value, attributes) {
      if (value === undefined || !(value >= 0 && value < Infinity)) return
      for (const record of recorders.get(measure) ?? []) record(value, attributes)
    },
  }
}

function createInstrument(meter: Meter, { name, unit, description, boundaries }: InstrumentSpec): Record {
  if (boundaries === undefined) {
    const counter = meter.createCounter(name, { unit, description })
    return (value, attributes) => counter.add(value, attributes)
  }
  const advice = { explicitBucketBoundaries: [...boundaries] }
  const histogram = meter.createHistogram(name, { unit, description, advice })
  return (value, attributes) => histogram.record(value, attributes)
}
