import { formatCount, plural, visibleLine, visibleText } from '@aos/trace/view'
import { BOM_GROUPS, type BomFacts, type BomGroup, type BomPart } from '../src/view/bom-facts.ts'
import { writeOut } from '../src/view/text-diff.ts'
import { documentHead, type DocumentCard } from './document-head.ts'
import { element } from '../../trace/page/dom.ts'
import { EntryGroup } from './entry-group.ts'
import { block, facts, pill } from './parts.ts'

const OPEN_UP_TO = 12

/** What the agent of a run is made of, by what its parts are. */
export function bomCard(told: BomFacts, card: DocumentCard): HTMLElement {
  const { agent, format, completeness } = told
  const shown: Shown = {
    told,
    reveal: (ref) => void groups.some((group) => group.reveal((part) => part.ref === ref)),
  }
  const groups = BOM_GROUPS.map((title) => groupOf(title, shown)).filter(({ isEmpty }) => !isEmpty)
  return element(
    'section',
    { class: 'card', id: 'agbom', attributes: { 'aria-label': 'Bill of materials' } },
    documentHead('Bill of materials', card, pill('plain', format), completenessMark(completeness)),
    agent === undefined ? undefined : agentLine(agent),
    groups.length === 0 ? element('p', { class: 'muted', text: 'It lists no part.' }) : undefined,
    ...groups.map(({ box }) => box),
    element(
      'details',
      { class: 'about-pack' },
      element('summary', { text: 'About this document' }),
      facts(told.facts),
      ...(agent === undefined ? [] : [element('h4', { text: 'The agent' }), ...partDetails(agent, shown)]),
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

/** A bill of materials while it is shown. */
interface Shown {
  readonly told: BomFacts
  /** Leads to the part with a reference. */
  readonly reveal: (ref: string) => void
}

function groupOf(title: BomGroup, shown: Shown): EntryGroup<BomPart> {
  const entries = shown.told.parts.filter(({ group }) => group === title)
  return new EntryGroup({
    title,
    entries,
    textOf,
    isOpen: title !== 'Libraries' && entries.length <= OPEN_UP_TO,
    marks: (parts) => {
      const disabled = parts.filter(({ isDisabled }) => isDisabled).length
      return disabled === 0 ? [] : [pill('warn', `${formatCount(disabled)} disabled`)]
    },
    summary: partSummary,
    details: (part) => partDetails(part, shown),
  })
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

function partDetails(part: BomPart, shown: Shown): readonly HTMLElement[] {
  const { needs, provides, neededBy } = shown.told.linksOf(part.ref)
  const names = (refs: readonly string[]): HTMLElement | undefined => nameList(refs, shown)
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

function nameList(refs: readonly string[], { told, reveal }: Shown): HTMLElement | undefined {
  if (refs.length === 0) return undefined
  const left = refs.length - MOST_NAMES
  const names = refs.slice(0, MOST_NAMES).map((ref) => {
    const name = { class: 'link', text: visibleLine(told.nameOf(ref)), attributes: { type: 'button' } }
    // the agent stands above, and what is not listed nowhere
    return told.isPart(ref)
      ? element('button', { ...name, onClick: () => reveal(ref) })
      : element('span', { text: name.text })
  })
  const more =
    left > 0 ? element('span', { class: 'muted', text: `and ${plural(left, 'other')}` }) : undefined
  return element('span', { class: 'names' }, ...names, more)
}

function readable(text: string): string {
  try {
    return writeOut(JSON.parse(text) as unknown)
  } catch {
    // not all that is attached is JSON
    return text
  }
}
