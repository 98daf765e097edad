import type { AgentRun, Step } from '@agent-run/types'
import { formatDuration, plural, visibleLine } from '@aos/trace/view'
import { labelOf, stateOf, timesOf } from '../src/view/run-facts.ts'
import { element, icon } from './dom.ts'
import { ICONS, STEP_ICONS } from './icons.ts'
import { stepDetails } from './step-details.ts'
import { createVirtualList, moveBy, type VirtualList } from './virtual-list.ts'

/** The steps of a run beside their times, and the one that is chosen in full. */
export interface Steps {
  readonly box: HTMLElement
  draw(): void
  choose(step: Step): void
  onKey(key: string): boolean
  hasFocus(): boolean
  focus(): void
}

const ROW_PIXELS = 32
const STATE_ICONS: Readonly<Record<ReturnType<typeof stateOf>, string | undefined>> = {
  denied: ICONS.denied,
  failed: ICONS.error,
  modified: ICONS.modified,
  open: ICONS.open,
  ok: undefined,
}

/** Creates the part of a view that shows steps. */
export function createSteps(
  run: AgentRun,
  given: { readonly chosen: string | undefined; onChoose(id: string | undefined): void },
): Steps {
  return new StepsPart(run, given)
}

class StepsPart implements Steps {
  readonly box: HTMLElement
  readonly #run: AgentRun
  readonly #onChoose: (id: string | undefined) => void
  readonly #list: VirtualList
  readonly #grid: HTMLElement
  readonly #details: HTMLElement = element('aside', {
    class: 'step-details',
    id: 'step',
    attributes: { 'aria-label': 'The step' },
  })
  readonly #range: { readonly from: number; readonly length: number }
  #chosen: number

  constructor(
    run: AgentRun,
    given: { readonly chosen: string | undefined; onChoose(id: string | undefined): void },
  ) {
    this.#run = run
    this.#onChoose = (id) => given.onChoose(id)
    this.#chosen = run.steps.findIndex(({ id }) => id === given.chosen)
    this.#range = rangeOf(run)
    const space = element('div', { class: 'space', attributes: { role: 'rowgroup' } })
    const head = headRow(this.#range.length)
    this.#grid = element(
      'div',
      {
        class: 'steps',
        id: 'steps',
        attributes: {
          role: 'grid',
          tabindex: '0',
          'aria-label': 'Steps',
          'aria-rowcount': String(run.steps.length + 1),
        },
      },
      head,
      space,
    )
    this.#list = createVirtualList({
      scroller: this.#grid,
      space,
      head,
      rowHeight: () => ROW_PIXELS,
      count: () => run.steps.length,
      row: (index) => this.#row(index),
    })
    space.addEventListener('click', ({ clientY }) =>
      this.#chooseAt(Math.floor((clientY - space.getBoundingClientRect().top) / ROW_PIXELS)),
    )
    const body =
      run.steps.length === 0
        ? element('p', { class: 'muted', text: 'No step is recorded.' })
        : element('div', { class: 'steps-box' }, this.#grid, this.#details)
    const title = element('h2', { text: plural(run.steps.length, 'step') })
    this.box = element('section', { class: 'card' }, title, body)
    this.#grid.style.maxHeight = `min(60vh, ${(run.steps.length + 1) * ROW_PIXELS + 8}px)`
  }

  draw(): void {
    if (this.#run.steps.length === 0) return
    this.#list.draw()
    const step = this.#run.steps[this.#chosen]
    this.#details.hidden = step === undefined
    this.#details.parentElement?.classList.toggle('with-details', step !== undefined)
    this.#details.replaceChildren(...(step === undefined ? [] : stepDetails(this.#run, step)))
    const id = `step-${this.#chosen}`
    if (document.getElementById(id) === null) this.#grid.removeAttribute('aria-activedescendant')
    else this.#grid.setAttribute('aria-activedescendant', id)
  }

  choose(step: Step): void {
    this.#chooseAt(this.#run.steps.indexOf(step))
    this.box.scrollIntoView({ block: 'nearest' })
  }

  onKey(key: string): boolean {
    const { length: count } = this.#run.steps
    const to = moveBy(key, { at: this.#chosen, count, page: this.#list.pageSize() })
    if (to !== undefined) {
      this.#chooseAt(to)
      this.focus()
      this.box.scrollIntoView({ block: 'nearest' })
      return true
    }
    if (key === 'Enter' && this.#chosen >= 0) {
      this.#details.scrollIntoView({ block: 'nearest' })
      return true
    }
    if (key !== 'Escape' || this.#chosen < 0) return false
    this.#chooseAt(-1)
    return true
  }

  hasFocus(): boolean {
    return document.activeElement === this.#grid
  }

  focus(): void {
    this.#grid.focus({ preventScroll: true })
  }

  #chooseAt(index: number): void {
    this.#chosen = index
    this.#onChoose(this.#run.steps[index]?.id)
    if (index >= 0) this.#list.reveal(index)
    this.draw()
  }

  #row(index: number): HTMLElement {
    const step = this.#run.steps[index]
    const isChosen = index === this.#chosen
    const row = element('div', {
      class: `row${isChosen ? ' selected' : ''}`,
      id: `step-${index}`,
      attributes: { role: 'row', 'aria-rowindex': String(index + 2), 'aria-selected': String(isChosen) },
    })
    if (step !== undefined) row.append(...stepCells(step, this.#range))
    return row
  }
}

function stepCells(step: Step, range: { readonly from: number; readonly length: number }): HTMLElement[] {
  const state = stateOf(step)
  const { from, to } = timesOf(step)
  const stateIcon = STATE_ICONS[state]
  const bar = element('span', { class: `step-bar ${step.type} ${state}` })
  bar.style.insetInlineStart = `${((from - range.from) / range.length) * 100}%`
  bar.style.width = `${((to - from) / range.length) * 100}%`
  const label = visibleLine(labelOf(step))
  const name = element(
    'div',
    { class: `cell step-name ${state}`, attributes: { role: 'gridcell' } },
    icon(STEP_ICONS[step.type]),
    element('span', { class: 'label', text: label === '' ? step.type : label, title: label }),
    stateIcon === undefined
      ? undefined
      : element(
          'span',
          { class: `state ${state}`, title: state },
          icon(stateIcon),
          element('span', { class: 'state-word', text: state }),
        ),
  )
  return [
    name,
    element('div', { class: 'cell lane', attributes: { role: 'gridcell' } }, bar),
    element('div', {
      class: 'cell number',
      text: to > from ? formatDuration(to - from) : '–',
      attributes: { role: 'gridcell' },
    }),
  ]
}

function headRow(length: number): HTMLElement {
  const column = (name: string, ...texts: readonly string[]): HTMLElement =>
    element(
      'div',
      { class: `cell ${name}`, attributes: { role: 'columnheader' } },
      ...texts.map((text) => element('span', { text })),
    )
  const ends = ['0', formatDuration(length / 2), formatDuration(length)]
  const row = element(
    'div',
    { class: 'row head', attributes: { role: 'row', 'aria-rowindex': '1' } },
    column('step-name', 'Step'),
    column('lane', ...ends),
    column('number', 'Time'),
  )
  return element('div', { class: 'head-box', attributes: { role: 'rowgroup' } }, row)
}

function rangeOf(run: AgentRun): { readonly from: number; readonly length: number } {
  const started = Date.parse(run.started_at)
  let [from, to] = [started, started + (run.duration_ms ?? 0)]
  for (const step of run.steps) {
    const times = timesOf(step)
    from = Math.min(from, times.from)
    to = Math.max(to, times.to)
  }
  return { from, length: Math.max(1, to - from) }
}
