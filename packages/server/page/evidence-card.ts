import { formatCount, visibleLine, visibleText } from '@aos/trace/view'
import type { EvidenceFacts, ToldClaim, ToldSupport } from '../src/view/evidence-facts.ts'
import type { ToldPart, ToldSource } from '../src/view/evidence-parts.ts'
import { operationOf } from '../src/view/evidence-steps.ts'
import { documentHead, statusCounts, statusOf, type DocumentCard } from './document-head.ts'
import { element } from '../../trace/page/dom.ts'
import { EntryGroup } from './entry-group.ts'
import {
  completenessOf,
  muted,
  namesIn,
  said,
  sourceSummary,
  stepName,
  textOfPart,
  withShortIds,
} from './evidence-rows.ts'
import { facts, pill } from './parts.ts'

/** A list of parts of any kind. */
type Group = Pick<EntryGroup<ToldPart>, 'box' | 'isEmpty' | 'show' | 'reveal'>

/** The evidence of a run: what is claimed, what it rests on, what was checked, who judged, what is missing. */
export class EvidenceCard {
  readonly box: HTMLElement
  readonly facts: EvidenceFacts
  readonly #card: DocumentCard
  readonly #completeness: HTMLElement
  readonly #only: HTMLElement = element('p', { class: 'only', attributes: { role: 'status' } })
  readonly #groups: readonly Group[]
  readonly #parts: ReadonlyMap<string, readonly [name: string, more: string]>

  constructor(told: EvidenceFacts, card: DocumentCard) {
    this.facts = told
    this.#card = card
    this.#parts = namesIn(told)
    this.#groups = [...this.#claimGroups(), ...this.#judgementGroups(), ...this.#otherGroups()].filter(
      ({ isEmpty }) => !isEmpty,
    )
    this.#completeness = completenessOf(told)
    this.#only.hidden = true
    this.box = element(
      'section',
      { class: 'card', id: 'evidence', attributes: { tabindex: '-1', 'aria-label': 'Evidence' } },
      documentHead('Evidence', card, statusOf(told.status)),
      this.#completeness,
      this.#only,
      ...this.#groups.map(({ box }) => box),
      element(
        'details',
        { class: 'about-pack' },
        element('summary', { text: 'About this pack' }),
        facts(told.facts),
      ),
    )
  }

  /** Shows all again where only some was shown to whoever is looking at it; gives whether that was so. */
  leaveStep(): boolean {
    if (this.#only.hidden || !this.box.contains(document.activeElement)) return false
    this.showStep(undefined)
    this.box.focus({ preventScroll: true })
    return true
  }

  /** Shows only what is about a step, or all again. */
  showStep(stepId: string | undefined): void {
    const id = stepId === undefined ? undefined : operationOf(stepId)
    for (const group of this.#groups) {
      const count = group.show(
        ({ steps }) => id === undefined || steps.some((one) => operationOf(one) === id),
      )
      group.box.hidden = count === 0
      group.box.open = id !== undefined || group === this.#groups[0]
    }
    this.#only.hidden = id === undefined
    this.#completeness.hidden = id !== undefined
    if (id === undefined) return
    const all = { class: 'button small', text: 'Show all', attributes: { type: 'button' } }
    this.#only.replaceChildren(
      element('span', { text: visibleLine(`Only what is about ${stepName(this.#card.run, id)}`) }),
      element('button', { ...all, onClick: () => this.leaveStep() }),
    )
    this.box.scrollIntoView({ block: 'start' })
    this.box.focus({ preventScroll: true })
  }

  #claimGroups(): readonly Group[] {
    const { claims, sources } = this.facts
    return [
      new EntryGroup({
        title: 'Claims',
        entries: claims,
        textOf: textOfPart,
        isOpen: true,
        marks: (shown) => statusCounts(shown, ({ status }) => status),
        summary: ({ status, text, steps }) => [statusOf(status), said(withShortIds(text, steps))],
        details: (claim) => this.#claimDetails(claim),
      }),
      new EntryGroup({
        title: 'Sources',
        entries: sources,
        textOf: textOfPart,
        marks: (shown) => leftOut(shown),
        summary: sourceSummary,
        details: (source) => this.#sourceDetails(source),
      }),
    ]
  }

  #judgementGroups(): readonly Group[] {
    const { checks, reviews } = this.facts
    return [
      new EntryGroup({
        title: 'Checks',
        entries: checks,
        textOf: textOfPart,
        marks: (shown) => statusCounts(shown, ({ status }) => status),
        summary: ({ status, type, about, issues }) => [
          statusOf(status),
          said([type, about].filter(Boolean).join(' · ')),
          muted(issues.join(' · ')),
        ],
        details: (check) => [this.#stepsOf(check), facts(check.facts)],
      }),
      new EntryGroup({
        title: 'Reviews',
        entries: reviews,
        textOf: textOfPart,
        marks: (shown) => statusCounts(shown, ({ verdict }) => verdict),
        summary: ({ verdict, by, isHuman, notes }) => [
          statusOf(verdict),
          said(by),
          isHuman ? pill('plain', 'a person') : undefined,
          muted(notes),
        ],
        details: (review) => [this.#stepsOf(review), facts(review.facts)],
      }),
    ]
  }

  #otherGroups(): readonly Group[] {
    const { redactions, replays } = this.facts
    return [
      new EntryGroup({
        title: 'Redactions',
        entries: redactions,
        textOf: textOfPart,
        marks: () => [],
        summary: ({ kind, reason, target, steps }) => [
          pill('plain', kind),
          said(reason),
          muted(withShortIds(target, steps)),
        ],
        details: (redaction) => [this.#stepsOf(redaction), facts(redaction.facts)],
      }),
      new EntryGroup({
        title: 'Replays',
        entries: replays,
        textOf: textOfPart,
        marks: () => [],
        summary: ({ determinism, outcomes }) => [statusOf(determinism), said(outcomes || 'not replayed')],
        details: (replay) => [
          replay.missing.length === 0
            ? undefined
            : element(
                'ul',
                { class: 'support' },
                ...replay.missing.map((text) => element('li', { text: visibleLine(text) })),
              ),
          facts(replay.facts),
        ],
      }),
    ]
  }

  #claimDetails({ support, text, ...claim }: ToldClaim): readonly (Node | undefined)[] {
    const isShort = withShortIds(text, claim.steps) !== text
    return [
      isShort ? element('blockquote', { text: visibleText(text) }) : undefined,
      support.length === 0
        ? element('p', { class: 'muted', text: 'Nothing bears on it.' })
        : element('ul', { class: 'support' }, ...support.map((one) => this.#support(one))),
      this.#stepsOf(claim),
      facts(claim.facts),
    ]
  }

  #support({ relationship, kind, id, notes }: ToldSupport): HTMLElement {
    const known = this.#parts.get(id)
    const [name, more] = known ?? [id, '']
    const link = { class: 'link', text: visibleLine(name), attributes: { type: 'button' } }
    return element(
      'li',
      {},
      statusOf(relationship),
      element('span', { class: 'muted', text: kind === 'node' ? 'provenance' : kind }),
      known === undefined ? said(name) : element('button', { ...link, onClick: () => this.#reveal(id) }),
      muted([more, notes].filter(Boolean).join(' · ')),
    )
  }

  #reveal(id: string): void {
    if (!this.#only.hidden) this.showStep(undefined)
    this.#groups.some((group) => group.reveal((part) => part.id === id))
  }

  #sourceDetails(source: ToldSource): readonly (Node | undefined)[] {
    const { words } = source
    return [
      source.isOmitted ? element('p', { text: 'It was found, and was not used.' }) : undefined,
      words === undefined ? undefined : element('blockquote', { text: visibleText(words) }),
      this.#stepsOf(source),
      facts(source.facts),
    ]
  }

  #stepsOf({ steps }: ToldPart): HTMLElement | undefined {
    if (steps.length === 0) return undefined
    const { run, choose } = this.#card
    const links = steps.slice(0, 20).map((id) =>
      element('button', {
        class: 'link',
        text: visibleLine(stepName(run, id)),
        attributes: { type: 'button' },
        onClick: () => choose(id),
      }),
    )
    const more = steps.length - links.length
    return element(
      'p',
      { class: 'labels' },
      element('span', { class: 'muted', text: steps.length === 1 ? 'Step' : 'Steps' }),
      ...links,
      more === 0 ? undefined : element('span', { class: 'muted', text: `and ${more} more` }),
    )
  }
}

function leftOut(sources: readonly ToldSource[]): readonly Node[] {
  const count = sources.filter(({ isOmitted }) => isOmitted).length
  return count === 0 ? [] : [pill('warn', `${formatCount(count)} left out`)]
}
