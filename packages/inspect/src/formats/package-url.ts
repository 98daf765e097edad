import type { AgBOMGraph, Entry } from '../graph/agbom-graph.ts'
import { lineOrNothing, oneLine } from './one-line.ts'
import { percentEncoded } from './plain-text.ts'

/** The package URL of a package of npm. */
export function npmUrl(entry: Entry): string | undefined {
  const name = oneLine(entry.name).toLowerCase()
  const scoped = /^(@[^/]+)\/([^/]+)$/u.exec(name)
  const path =
    scoped === null
      ? percentEncoded(name)
      : `${percentEncoded(scoped[1] ?? '')}/${percentEncoded(scoped[2] ?? '')}`
  return path === '' ? undefined : `pkg:npm/${path}${at(entry.version)}`
}

/** The package URL of an agent, which no registry knows. */
export function agentUrl({ agent }: AgBOMGraph): string {
  return `pkg:generic/${percentEncoded(oneLine(agent.name)) || 'agent'}${at(agent.version)}`
}

function at(version: string | undefined): string {
  const text = lineOrNothing(version)
  return text === undefined ? '' : `@${percentEncoded(text)}`
}
