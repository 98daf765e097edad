import { formatCount, formatDuration } from '../src/view/format.ts'
import { isDenial, type ViewSpan } from '../src/view/view-trace.ts'
import { visibleLine } from '../src/view/visible-text.ts'
import { byId, element, icon } from './dom.ts'
import { ICONS, WORK_ICONS, WORK_LABELS } from './icons.ts'
import { isDenied, isModified, type PageState, type Row } from './page-state.ts'
import { percentOf, ticksOf } from './time-scale.ts'

const ROW_PIXELS = 30
const NARROW_ROW_PIXELS = 46
const LONGEST_NAME = 400
const SPARE_ROWS = 6
const DEEPEST_INDENT = 12

/** The tree of spans beside their times; only the rows that can be seen are elements. */
export interface Waterfall {
  render(): void
  /** Scrolls to the selected row. */
  reveal(): void
  /** Rows of one screen. */
  pageSize(): number
}

/** Creates the waterfall in the page. */
export function createWaterfall(state: PageState): Waterfall {
  const scroller = byId('rows')
  const space = byId('rows-space')
  const narrow = window.matchMedia('(max-width: 640px)')
  const height = (): number => (narrow.matches ? NARROW_ROW_PIXELS : ROW_PIXELS)
  let rows: readonly Row[] = []
  let frame = 0

  const draw = (): void => {
    frame = 0
    const pixels = height()
    const first = Math.max(0, Math.floor(scroller.scrollTop / pixels) - SPARE_ROWS)
    const count = Math.ceil(scroller.clientHeight / pixels) + 2 * SPARE_ROWS
    const shown = rows.slice(first, first + count)
    space.replaceChildren(
      ...shown.map((row, offset) => {
        const made = rowElement(state, row, first + offset)
        made.style.top = `${(first + offset) * pixels}px`
        return made
      }),
    )
  }
  const later = (): void => {
    frame ||= requestAnimationFrame(draw)
  }
  scroller.addEventListener('scroll', later, { passive: true })
  new ResizeObserver(() => {
    measureScrollbar(scroller)
    later()
  }).observe(scroller)
  narrow.addEventListener('change', () => state.changed())
  wheelZooms(state, scroller)
  // by its place: the element under the pointer may have been made anew since the button went down
  scroller.addEventListener('click', ({ clientY }) => {
    choose(state, rows[Math.floor((clientY - space.getBoundingClientRect().top) / height())])
  })

  return {
    render() {
      rows = state.rows()
      const tall = `${rows.length * height()}px`
      if (space.style.height !== tall) {
        space.style.height = tall
        measureScrollbar(scroller)
      }
      describeRows(state, rows, scroller)
      drawRuler(state)
      draw()
    },
    reveal() {
      const at = rows.findIndex(({ index }) => index === state.selected)
      if (at === -1) return
      const [top, bottom] = [at * height(), (at + 1) * height()]
      if (top < scroller.scrollTop) scroller.scrollTop = top
      else if (bottom > scroller.scrollTop + scroller.clientHeight)
        scroller.scrollTop = bottom - scroller.clientHeight
    },
    pageSize: () => Math.max(1, Math.floor(scroller.clientHeight / height()) - 1),
  }
}

function choose(state: PageState, row: Row | undefined): void {
  if (row === undefined) return
  state.selected = row.index
  state.detailsOpen = true
  state.changed()
}

/** The ruler is as wide as the rows, without their scroll bar. */
function measureScrollbar(scroller: HTMLElement): void {
  const scrollbar = scroller.offsetWidth - scroller.clientWidth
  byId('center').style.setProperty('--scrollbar', `${scrollbar}px`)
}

function describeRows(state: PageState, rows: readonly Row[], scroller: HTMLElement): void {
  const { spans = [] } = state.trace ?? {}
  scroller.setAttribute('aria-rowcount', String(rows.length))
  const isShown = rows.some(({ index }) => index === state.selected)
  if (isShown) scroller.setAttribute('aria-activedescendant', `row-${state.selected}`)
  else scroller.removeAttribute('aria-activedescendant')
  const fitting = rows.filter(({ isContext }) => !isContext).length
  const all = `${formatCount(spans.length)} ${spans.length === 1 ? 'span' : 'spans'}`
  byId('count').textContent = state.filtering ? `${formatCount(fitting)} of ${all}` : all
  byId('nothing').hidden = rows.length > 0
}

function wheelZooms(state: PageState, scroller: HTMLElement): void {
  scroller.addEventListener(
    'wheel',
    (event) => {
      const lane = byId('ruler').getBoundingClientRect()
      const length = state.range.to - state.range.from
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault()
        const share = Math.min(1, Math.max(0, (event.clientX - lane.left) / lane.width))
        state.zoomBy(Math.exp(event.deltaY * 0.002), state.range.from + share * length)
      } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey) {
        event.preventDefault()
        const pixels = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX
        const by = (pixels / lane.width) * length
        state.zoomTo(state.range.from + by, state.range.to + by)
      }
    },
    { passive: false },
  )
}

function drawRuler({ range }: PageState): void {
  const ruler = byId('ruler')
  const place = (made: HTMLElement, ms: number): HTMLElement => {
    made.style.left = `${percentOf(ms, range)}%`
    return made
  }
  const ticks = ticksOf(range, Math.max(2, Math.floor(ruler.clientWidth / 110)))
  ruler.replaceChildren(
    ...ticks.map(({ ms, label }) => place(element('span', { class: 'tick', text: label }), ms)),
  )
  byId('grid').replaceChildren(...ticks.map(({ ms }) => place(element('span'), ms)))
}

function rowElement(state: PageState, row: Row, place: number): HTMLElement {
  const { span, index, isContext } = row
  const isSelected = index === state.selected
  const made = element(
    'div',
    {
      class: `row${isSelected ? ' selected' : ''}${isContext ? ' context' : ''}`,
      id: `row-${index}`,
      attributes: {
        role: 'row',
        'aria-level': String(span.depth + 1),
        'aria-rowindex': String(place + 1),
        'aria-selected': String(isSelected),
        'aria-label': labelOf(span),
        ...(row.hasChildren ? { 'aria-expanded': String(row.isOpen) } : {}),
      },
    },
    nameCell(state, row),
    laneCell(state, span),
  )
  return made
}

function labelOf(span: ViewSpan): string {
  const duration = span.durationMs === undefined ? 'not ended' : formatDuration(span.durationMs)
  const notes = [
    span.outcome === 'ok' ? undefined : span.outcome,
    isDenied(span) && span.outcome !== 'denied' ? 'something denied' : undefined,
    isModified(span) ? 'modified' : undefined,
  ]
  return [WORK_LABELS[span.work], visibleLine(span.name.slice(0, LONGEST_NAME)), duration, ...notes]
    .filter(Boolean)
    .join(', ')
}

function nameCell(state: PageState, { span, index, hasChildren, isOpen }: Row): HTMLElement {
  const twisty = element(
    'span',
    {
      class: `twisty${hasChildren ? '' : ' leaf'}${isOpen ? ' open' : ''}`,
      attributes: { 'aria-hidden': 'true' },
      onClick: (event) => {
        if (!hasChildren || state.filtering) return
        event.stopPropagation()
        state.toggle(index)
      },
    },
    hasChildren ? icon(ICONS.chevron) : undefined,
  )
  const mark = element('span', { class: `work work-${span.work}`, title: WORK_LABELS[span.work] })
  mark.append(icon(WORK_ICONS[span.work]))
  const name = visibleLine(span.name.slice(0, LONGEST_NAME))
  const cell = element(
    'div',
    { class: 'cell name', attributes: { role: 'gridcell' } },
    twisty,
    mark,
    element('span', { class: 'label', text: name, title: name }),
    ...badgesOf(span),
    tokensOf(span),
    element('span', { class: 'duration', text: durationOf(span) }),
  )
  cell.style.setProperty('--depth', String(Math.min(span.depth, DEEPEST_INDENT)))
  return cell
}

function badgesOf(span: ViewSpan): readonly HTMLElement[] {
  const badge = (kind: string, path: string, title: string): HTMLElement =>
    element('span', { class: `badge ${kind}`, title }, icon(path))
  return [
    ...(isDenied(span) ? [badge('bad', ICONS.denied, 'Denied')] : []),
    ...(isModified(span) ? [badge('warn', ICONS.modified, 'Modified')] : []),
    ...(span.outcome === 'error' ? [badge('bad', ICONS.error, 'Error')] : []),
    ...(span.outcome === 'unfinished' ? [badge('warn', ICONS.unfinished, 'Not ended')] : []),
  ]
}

function tokensOf({ tokens }: ViewSpan): HTMLElement | undefined {
  if (tokens === undefined) return undefined
  const text = `${formatCount(tokens.input ?? 0)} → ${formatCount(tokens.output ?? 0)}`
  return element('span', { class: 'tokens', text, title: 'Tokens in and out' })
}

function durationOf({ durationMs }: ViewSpan): string {
  return durationMs === undefined ? '…' : formatDuration(durationMs)
}

function laneCell({ range, trace }: PageState, span: ViewSpan): HTMLElement {
  const end = span.startMs + (span.durationMs ?? (trace?.totals.durationMs ?? 0) - span.startMs)
  const [left, right] = [percentOf(span.startMs, range), percentOf(end, range)]
  const lane = element('div', { class: 'cell lane', attributes: { role: 'gridcell', 'aria-hidden': 'true' } })
  if (right < 0 || left > 100) {
    lane.append(element('span', { class: `beyond ${right < 0 ? 'before' : 'after'}` }))
    return lane
  }
  const isBad = span.outcome === 'error' || span.outcome === 'denied'
  const bar = element('span', {
    class: `bar work-${span.work}${isBad ? ' bad' : ''}${span.durationMs === undefined ? ' open' : ''}`,
  })
  const start = Math.max(-1, left)
  bar.style.left = `${start}%`
  bar.style.width = `${Math.min(101, right) - start}%`
  lane.append(bar)
  for (const decision of span.decisions) {
    const at = percentOf(decision.atMs, range)
    // a bar that is red all over needs no mark
    if (isBad || decision.verdict === 'allow' || at < 0 || at > 100) continue
    const dot = element('span', { class: `dot ${isDenial(decision) ? 'bad' : 'warn'}` })
    dot.style.left = `${at}%`
    lane.append(dot)
  }
  // beside the bar, on the side that has room; a bar that leaves none has its duration by its name
  if (right > 85 && left < 15) return lane
  const time = element('span', { class: right > 85 ? 'time left' : 'time', text: durationOf(span) })
  time.style.left = `${right > 85 ? left : right}%`
  lane.append(time)
  return lane
}
