import type { AgentRun } from '@agent-run/types'
import { plural, visibleLine } from '@aos/trace/view'
import type { EvidenceFacts } from '../src/view/evidence-facts.ts'
import type { ToldPart, ToldSource } from '../src/view/evidence-parts.ts'
import { operationOf } from '../src/view/evidence-steps.ts'
import { labelOf } from '../src/view/run-facts.ts'
import { statusOf } from './document-head.ts'
import { element } from '../../trace/page/dom.ts'
import { EntryList } from './entry-list.ts'
import { shortId } from './format.ts'
import { facts, pill, table } from './parts.ts'

/** How much of the evidence is about a step, in words. */
export function aboutStep(told: EvidenceFacts, stepId: string): string | undefined {
  const id = operationOf(stepId)
  const counted = (parts: readonly ToldPart[], name: string): string | undefined => {
    const count = parts.filter(({ steps }) => steps.some((one) => operationOf(one) === id)).length
    return count === 0 ? undefined : plural(count, name)
  }
  const words = [
    counted(told.claims, 'claim'),
    counted(told.sources, 'source'),
    counted(told.checks, 'check'),
    counted(told.reviews, 'review'),
    counted(told.redactions, 'redaction'),
  ].filter((text) => text !== undefined)
  return words.length === 0 ? undefined : words.join(', ')
}

const DOCUMENTS: ReadonlySet<string> = new Set(['web_page', 'knowledge_item', 'document'])

/** Documents that a step has found, in their order. */
export function documentsIn(told: EvidenceFacts | undefined, stepId: string): readonly ToldSource[] {
  const sources = told?.sources ?? []
  return sources.filter(({ kind, steps }) => DOCUMENTS.has(kind) && steps.includes(stepId))
}

/** All texts of a part, for a filter to look through. */
export function textOfPart(part: ToldPart): string {
  return Object.values(part)
    .flat(2)
    .filter((value) => typeof value === 'string')
    .join('\n')
}

/** What parts are called where something refers to them, and more about them. */
export function namesIn({
  sources,
  checks,
  reviews,
}: EvidenceFacts): ReadonlyMap<string, readonly [string, string]> {
  const named = new Map<string, readonly [string, string]>()
  for (const { id, name, kind, place } of sources)
    named.set(id, [name, [kind.replaceAll('_', ' '), place].filter(Boolean).join(', ')])
  for (const { id, type, about, status } of checks) named.set(id, [`${type} ${about}`.trim(), status])
  for (const { id, verdict, by } of reviews) named.set(id, [by, verdict])
  return named
}

/** What is always seen of a source. */
export function sourceSummary({
  kind,
  name,
  place,
  isOmitted,
  words,
}: ToldSource): readonly (Node | undefined)[] {
  return [
    pill('plain', kind.replaceAll('_', ' ')),
    said(name),
    isOmitted ? pill('warn', 'left out') : undefined,
    muted([place, words === name ? undefined : words].filter(Boolean).join(' · ')),
  ]
}

const MOST_MISSING = 8

/** What is complete, and what is missing. */
export function completenessOf({ completeness: categories }: EvidenceFacts): HTMLElement {
  const missing = categories.flatMap(({ name, missing: lacking }) => lacking.map((one) => ({ name, ...one })))
  return element(
    'div',
    { class: 'completeness' },
    element(
      'ul',
      { class: 'categories', attributes: { 'aria-label': 'Completeness' } },
      ...categories.map(({ name, status }) =>
        element('li', {}, element('span', { text: visibleLine(name) }), statusOf(status)),
      ),
    ),
    missing.length === 0
      ? undefined
      : missing.length <= MOST_MISSING
        ? missingTable(missing)
        : missingList(missing),
  )
}

interface Missing {
  readonly name: string
  readonly fact: string
  readonly reason: string
  readonly details: string
}

function missingTable(missing: readonly Missing[]): HTMLElement {
  const rows = missing.map(({ name, fact, reason, details }) => [
    name,
    fact,
    reason.replaceAll('_', ' '),
    details,
  ])
  return table(['Of', 'What is missing', 'Why', 'More'], rows, 'What is missing')
}

function missingList(missing: readonly Missing[]): HTMLElement {
  const summary = element('summary', { text: `What is missing, ${plural(missing.length, 'fact')}` })
  const box = element('details', {}, summary)
  box.addEventListener('toggle', () => {
    if (box.childElementCount > 1) return
    const list = new EntryList({
      name: 'missing facts',
      entries: missing,
      textOf: ({ name, fact, reason, details }) => [name, fact, reason, details].join('\n'),
      summary: ({ name, fact, reason }) => [statusOf(reason), said(fact), muted(name)],
      details: ({ name, details }) => [
        facts([
          ['Of', name],
          ['More', details],
        ]),
      ],
    })
    box.append(list.box)
  })
  return box
}

/** What a step is called. */
export function stepName({ steps }: AgentRun, id: string): string {
  const step = steps.find((one) => one.id === id)
  return step === undefined ? id : labelOf(step)
}

/** A text with the ids of steps made short. */
export function withShortIds(text: string, ids: readonly string[]): string {
  return ids.reduce((made, id) => made.replaceAll(id, shortId(id)), text)
}

/** A text in a row. */
export function said(text: string): HTMLElement {
  return element('span', { class: 'said', text: visibleLine(text) })
}

/** A text in a row that matters less. */
export function muted(text: string | undefined): HTMLElement | undefined {
  return text === undefined || text === ''
    ? undefined
    : element('span', { class: 'muted more', text: visibleLine(text) })
}
