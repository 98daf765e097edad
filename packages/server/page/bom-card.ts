import { formatCount, plural, visibleLine, visibleText } from '@aos/trace/view'
import { BOM_GROUPS, type BomFacts, type BomPart } from '../src/view/bom-facts.ts'
import { writeOut } from '../src/view/text-diff.ts'
import { documentHead, type DocumentCard } from './document-head.ts'
import { element } from './dom.ts'
import { EntryList, entryGroup } from './entry-list.ts'
import { block, facts, pill } from './parts.ts'

const OPEN_UP_TO = 12

/** What the agent of a run is made of, by what its parts are. */
export function bomCard(told: BomFacts, card: DocumentCard): HTMLElement {
  const { agent, format, completeness } = told
  const groups = BOM_GROUPS.map((group) => told.parts.filter((part) => part.group === group)).filter(
    (parts) => parts.length > 0,
  )
  return element(
    'section',
    { class: 'card', id: 'agbom', attributes: { 'aria-label': 'Bill of materials' } },
    documentHead('Bill of materials', card, pill('plain', format), completenessMark(completeness)),
    agent === undefined ? undefined : agentLine(agent),
    groups.length === 0 ? element('p', { class: 'muted', text: 'It lists no part.' }) : undefined,
    ...groups.map((parts) => groupOf(parts, told)),
    element(
      'details',
      { class: 'about-pack' },
      element('summary', { text: 'About this document' }),
      facts(told.facts),
      ...(agent === undefined ? [] : [element('h4', { text: 'The agent' }), ...partDetails(agent, told)]),
    ),
  )
}

/** Says so where a bill of materials is none that the view can read. */
export function unreadableCard(title: string, card: DocumentCard): HTMLElement {
  return element(
    'section',
    { class: 'card' },
    documentHead(title, card),
    element('p', { class: 'muted', text: 'It is in a form that this page does not read.' }),
  )
}

function completenessMark(completeness: string | undefined): HTMLElement {
  if (completeness === 'complete') return pill('good', 'complete')
  return pill(
    'plain',
    completeness?.startsWith('incomplete') === true ? 'may lack parts' : 'completeness unknown',
  )
}

function agentLine({ name, version, by, description }: BomPart): HTMLElement {
  const about = [version, by].filter((text) => text !== undefined).join(' · ')
  return element(
    'p',
    { class: 'agent-line' },
    element('strong', { text: visibleLine(name) }),
    about === '' ? undefined : element('span', { class: 'muted', text: visibleLine(about) }),
    description === undefined ? undefined : element('span', { text: visibleLine(description) }),
  )
}

function groupOf(parts: readonly BomPart[], told: BomFacts): HTMLElement {
  const title = parts[0]?.group ?? ''
  const disabled = parts.filter(({ isDisabled }) => isDisabled).length
  const list = new EntryList({
    name: title.toLowerCase(),
    entries: parts,
    textOf,
    summary: partSummary,
    details: (part) => partDetails(part, told),
  })
  const marks = disabled === 0 ? [] : [pill('warn', `${formatCount(disabled)} disabled`)]
  const isOpen = title !== 'Libraries' && parts.length <= OPEN_UP_TO
  return entryGroup(list.box, { title, count: parts.length, marks }, isOpen)
}

function textOf({ name, version, description, by, licences, properties }: BomPart): string {
  return [name, version, description, by, ...licences, ...properties.flat()].join('\n')
}

function partSummary({
  name,
  version,
  by,
  licences,
  description,
  ...part
}: BomPart): readonly (Node | undefined)[] {
  const about = [by, licences.join(', '), description]
    .filter((text) => text !== undefined && text !== '')
    .join(' · ')
  return [
    element('span', { class: 'said', text: visibleLine(name) }),
    version === undefined ? undefined : element('code', { text: visibleLine(version) }),
    part.isDisabled ? pill('warn', 'disabled') : undefined,
    about === '' ? undefined : element('span', { class: 'muted more', text: visibleLine(about) }),
  ]
}

function partDetails(part: BomPart, { linksOf, nameOf }: BomFacts): readonly HTMLElement[] {
  const { needs, provides, neededBy } = linksOf(part.ref)
  const names = (refs: readonly string[]): HTMLElement | undefined => nameList(refs.map(nameOf))
  return [
    ...(part.description === undefined ? [] : [element('p', { text: visibleText(part.description) })]),
    facts([
      ['Made by', part.by],
      ['Licence', part.licences.join(', ')],
      ['Origin', part.isObserved ? 'seen while the agent ran' : undefined],
      ...part.hashes.map(coded),
      ...part.addresses.map(coded),
      ['Needs', names(needs)],
      ['Offers', names(provides)],
      ['Needed by', names(neededBy)],
      ...(part.ref === '' ? [] : [coded(['Reference', part.ref])]),
    ]),
    ...(part.properties.length === 0
      ? []
      : [element('h4', { text: 'Properties' }), facts(part.properties.map(coded))]),
    ...part.attachments.flatMap(([name, text]) => [
      element('h4', { text: visibleLine(name) }),
      block(readable(text), `What is attached as ${visibleLine(name)}`),
    ]),
  ]
}

function coded([name, text]: readonly [string, string]): readonly [string, HTMLElement] {
  return [name, element('code', { text: visibleLine(text) })]
}

const MOST_NAMES = 20

function nameList(names: readonly string[]): HTMLElement | undefined {
  if (names.length === 0) return undefined
  const left = names.length - MOST_NAMES
  const shown = names.slice(0, MOST_NAMES).map(visibleLine).join(', ')
  return element('span', { text: left > 0 ? `${shown}, and ${plural(left, 'other')}` : shown })
}

function readable(text: string): string {
  try {
    return writeOut(JSON.parse(text) as unknown)
  } catch {
    // not all that is attached is JSON
    return text
  }
}
