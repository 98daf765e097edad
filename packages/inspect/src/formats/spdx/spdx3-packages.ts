import type { AgBOMGraph, AgentEntry, Entry, EntryKind } from '../../graph/agbom-graph.ts'
import { agentFacts, factsOf, withMissing, type Facts } from '../entry-facts.ts'
import { lineOrNothing } from '../one-line.ts'
import { agentUrl, npmUrl } from '../package-url.ts'
import { partName } from '../part-name.ts'
import { plainText } from '../plain-text.ts'
import { plainUrl } from '../plain-url.ts'
import { knownTime } from './known-time.ts'
import { AGENT_NAME } from './spdx-ids.ts'
import type { Spdx3Element } from './spdx3-element.ts'
import type { Spdx3Scope } from './spdx3-scope.ts'

const purposes: Readonly<Record<EntryKind, string>> = {
  model: 'model',
  tool: 'module',
  'mcp-server': 'application',
  'a2a-peer': 'application',
  knowledge: 'data',
  memory: 'data',
  capability: 'other',
  package: 'library',
}

const NO_ASSERTION = 'https://spdx.org/rdf/3.0.1/terms/Core/NoAssertionElement'

const hyperparameters = new Set([
  'contextWindow',
  'frequencyPenalty',
  'maxOutputTokens',
  'maxTokens',
  'parameters',
  'presencePenalty',
  'seed',
  'stopSequences',
  'temperature',
  'topK',
  'topP',
])

/** Whether an entry is one that the profile `ai` is about. */
export function isModel({ kind }: Entry): boolean {
  return kind === 'model'
}

/** Whether an entry is one that the profile `dataset` is about. */
export function isDataset({ kind }: Entry): boolean {
  return kind === 'knowledge' || kind === 'memory'
}

/** The element of the agent. */
export function agentElement(graph: AgBOMGraph, scope: Spdx3Scope): Spdx3Element {
  return {
    ...scope.element('software_Package', AGENT_NAME),
    ...commonPart(graph.agent, scope),
    software_primaryPurpose: 'application',
    software_packageUrl: agentUrl(graph),
    ...extension(withMissing(agentFacts(graph), graph.agent, scope.names)),
  }
}

/** The element of an entry. */
export function entryElement(entry: Entry, scope: Spdx3Scope): Spdx3Element {
  const { type, ...own } = ownPart(entry, scope)
  // a location is demanded of these as well, and a service has none
  const location = plainUrl(entry.endpoint ?? '') ?? (type === 'software_Package' ? undefined : NO_ASSERTION)
  return {
    ...scope.element(type, scope.names.get(entry.id) ?? ''),
    ...commonPart(entry, scope),
    software_primaryPurpose: purposes[entry.kind],
    ...(location === undefined ? {} : { software_downloadLocation: location }),
    ...packagePart(entry),
    ...own,
    ...extension(withMissing(factsOf(entry), entry, scope.names)),
  }
}

function commonPart(part: Entry | AgentEntry, scope: Spdx3Scope): Partial<Spdx3Element> {
  const version = lineOrNothing(part.version)
  const suppliedBy = scope.organisation(part.supplier)
  const description = part.description ?? ''
  return {
    name: partName(part),
    ...(version === undefined ? {} : { software_packageVersion: version }),
    ...(suppliedBy === undefined ? {} : { suppliedBy }),
    ...(description.trim() === '' ? {} : { description: plainText(description) }),
  }
}

function packagePart(entry: Entry): Partial<Spdx3Element> {
  const url = entry.kind === 'package' ? npmUrl(entry) : undefined
  const sum = entry.sha512 !== undefined && /^[\da-f]{128}$/iu.test(entry.sha512) ? entry.sha512 : undefined
  return {
    ...(url === undefined ? {} : { software_packageUrl: url }),
    ...(sum === undefined
      ? {}
      : { verifiedUsing: [{ type: 'Hash', algorithm: 'sha512', hashValue: sum.toLowerCase() }] }),
  }
}

function ownPart(entry: Entry, scope: Spdx3Scope): Spdx3Element {
  const plain = { type: 'software_Package' }
  if (isModel(entry)) return modelPart(entry, scope) ?? plain
  if (isDataset(entry)) return datasetPart(entry, scope) ?? plain
  return plain
}

// SPDX demands all of these of an AI package; most models have the day of their release in their name
function modelPart(entry: Entry, scope: Spdx3Scope): Spdx3Element | undefined {
  const releaseTime = knownTime(entry, 'releaseTime')
  const version = lineOrNothing(entry.version) ?? /\d{4}-?\d\d-?\d\d$/.exec(entry.name)?.[0]
  const maker = scope.organisation(entry.supplier)
  if (releaseTime === undefined || version === undefined || maker === undefined) return undefined
  const entries = Object.entries(entry.facts)
    .filter(([name]) => hyperparameters.has(name))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => ({ type: 'DictionaryEntry', key, value: plainText(value) }))
  return {
    type: 'ai_AIPackage',
    releaseTime,
    software_packageVersion: version,
    ...(entries.length === 0 ? {} : { ai_hyperparameter: entries }),
  }
}

// SPDX demands all of these of a dataset
function datasetPart(entry: Entry, scope: Spdx3Scope): Spdx3Element | undefined {
  const releaseTime = knownTime(entry, 'releaseTime')
  const builtTime = knownTime(entry, 'builtTime')
  const maker = scope.organisation(entry.supplier)
  if (releaseTime === undefined || builtTime === undefined || maker === undefined) return undefined
  return {
    type: 'dataset_DatasetPackage',
    releaseTime,
    builtTime,
    originatedBy: [maker],
    dataset_datasetType: ['noAssertion'],
  }
}

// the names and values that CycloneDX has as properties
function extension(facts: Facts): Partial<Spdx3Element> {
  const entries = Object.entries(facts).map(([name, value]) => ({
    type: 'extension_CdxPropertyEntry',
    extension_cdxPropName: name,
    extension_cdxPropValue: value,
  }))
  return { extension: [{ type: 'extension_CdxPropertiesExtension', extension_cdxProperty: entries }] }
}
