// The script of the page: connects its parts.
import { visibleLine } from '../src/view/visible-text.ts'
import { createDetails } from './details.ts'
import { byId, element, icon } from './dom.ts'
import { createFilters } from './filters.ts'
import { ICONS } from './icons.ts'
import { listenToKeys } from './keyboard.ts'
import { createOverview } from './overview.ts'
import { readPageData, type PageData } from './page-data.ts'
import { PageState } from './page-state.ts'
import { createSummary } from './summary.ts'
import { createTheme } from './theme.ts'
import { createTraceList } from './trace-list.ts'
import { createWaterfall } from './waterfall.ts'

function showProblems({ problems, problemCount }: PageData): void {
  const holder = byId('problems')
  holder.hidden = problemCount === 0
  const head = `${problemCount} ${problemCount === 1 ? 'place' : 'places'} could not be read`
  const list = element('ul', {}, ...problems.map((text) => element('li', { text: visibleLine(text) })))
  holder.replaceChildren(element('summary', { text: head }), list)
}

function start(): void {
  const data = readPageData()
  const state = new PageState(data)
  byId('title').textContent = visibleLine(data.title)
  byId('theme-button').append(icon(ICONS.theme))
  showProblems(data)
  byId('empty').hidden = data.traces.length > 0
  byId('center').hidden = data.traces.length === 0
  const waterfall = createWaterfall(state)
  const parts = [
    createTraceList(state),
    createFilters(state),
    createSummary(state),
    createDetails(state),
    () => waterfall.render(),
    createOverview(state),
  ]
  state.onChange(() => {
    for (const render of parts) render()
  })
  byId('zoom-in').addEventListener('click', () => state.zoomBy(0.5))
  byId('zoom-out').addEventListener('click', () => state.zoomBy(2))
  byId('zoom-fit').addEventListener('click', () => {
    state.fit()
    state.changed()
  })
  byId('toggle-all').addEventListener('click', () => state.toggleAll())
  listenToKeys(state, waterfall)
  createTheme(() => state.changed())
  window.addEventListener('resize', () => state.changed())
}

start()
