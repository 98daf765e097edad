interface Traced {
  agents: WeakRef<object>[]
  readonly listeners: Set<(agent: object) => void>
}

const TRACED = new WeakMap<object, Traced>()
const TIDY_EVERY = 64

/** Notes that a tracer traces an agent, so that streams of the tracer hear of it. */
export function noteTraced(tracer: object, agent: object): void {
  const traced = tracedOf(tracer)
  traced.agents.push(new WeakRef(agent))
  if (traced.agents.length % TIDY_EVERY === 0)
    traced.agents = traced.agents.filter((reference) => reference.deref() !== undefined)
  for (const listener of traced.listeners) listener(agent)
}

/** Calls back with each agent that a tracer traces, now and later; returns how to stop. */
export function eachTraced(tracer: object, listener: (agent: object) => void): () => void {
  const traced = tracedOf(tracer)
  for (const reference of traced.agents) {
    const agent = reference.deref()
    if (agent !== undefined) listener(agent)
  }
  traced.listeners.add(listener)
  return () => void traced.listeners.delete(listener)
}

function tracedOf(tracer: object): Traced {
  const known = TRACED.get(tracer)
  if (known !== undefined) return known
  const created: Traced = { agents: [], listeners: new Set() }
  TRACED.set(tracer, created)
  return created
}
