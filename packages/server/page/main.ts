// The script of the view: finds out what the address means and shows it.
import { member } from '../src/view/run-facts.ts'
import { Api, forgetKey } from './api.ts'
import { createChartsView } from './charts-view.ts'
import { createCompareView } from './compare-view.ts'
import { byId } from '../../trace/page/dom.ts'
import { createLeaderboardView } from './leaderboard-view.ts'
import { followChanges } from './live.ts'
import { notice } from './parts.ts'
import { createRunView } from './run-view.ts'
import { createRunsView } from './runs-view.ts'
import type { Shell, View } from './shell.ts'
import { createTheme } from './theme.ts'

const PLACES: readonly (readonly [RegExp, (shell: Shell, id: string) => View])[] = [
  [/^\/$/, createRunsView],
  [/^\/runs\/([^/]+)$/, createRunView],
  [/^\/compare$/, createCompareView],
  [/^\/charts$/, createChartsView],
  [/^\/leaderboard$/, createLeaderboardView],
]
const KEY_PLACES: Readonly<Record<string, string>> = { '1': '/', '2': '/charts', '3': '/leaderboard' }

const api = new Api()
const marks = new Set<string>()
let view: View = { title: '' }

function show(): void {
  view.close?.()
  const root = byId('main')
  root.className = ''
  root.replaceChildren()
  root.scrollTop = 0
  const { pathname, search } = location
  const query = new URLSearchParams(search)
  const shell: Shell = { api, root, query, marks, opened: inHistory('opened'), keepOpened, go, setQuery }
  view = { title: 'Nothing here' }
  const place = PLACES.find(([path]) => path.test(pathname))
  const id = place?.[0].exec(pathname)?.[1] ?? ''
  if (place === undefined) root.append(notice('There is nothing here.'))
  else view = place[1](shell, decoded(id))
  document.title = view.title
  for (const link of document.querySelectorAll('#places a'))
    if (link.getAttribute('href') === pathname) link.setAttribute('aria-current', 'page')
    else link.removeAttribute('aria-current')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // whoever writes an address by hand may write one that is none
    return text
  }
}

function go(path: string): void {
  history.pushState({ depth: (inHistory('depth') ?? 0) + 1 }, '', path)
  show()
  byId('main').focus({ preventScroll: true })
}

function setQuery(query: URLSearchParams): void {
  const text = query.toString()
  const depth = inHistory('depth') ?? 0
  history.replaceState({ depth }, '', text === '' ? location.pathname : `?${text}`)
}

function keepOpened(opened: number): void {
  history.replaceState({ depth: inHistory('depth') ?? 0, opened }, '')
}

/** A number that this page has put into its entry of the history. */
function inHistory(name: 'depth' | 'opened'): number | undefined {
  const kept = member(history.state, name)
  return typeof kept === 'number' ? kept : undefined
}

function goBack(): void {
  if ((inHistory('depth') ?? 0) > 0) history.back()
  else go('/')
}

function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return target.type !== 'checkbox'
  return target instanceof HTMLSelectElement
}

function onKey(event: KeyboardEvent): void {
  const { key, target } = event
  if (document.querySelector('dialog[open]') !== null || event.ctrlKey || event.metaKey || event.altKey)
    return
  if (isTyping(target) && key !== 'Escape') return
  // what has the focus does what it does
  if (key === 'Enter' && target instanceof HTMLElement && target.closest('a, button, summary') !== null)
    return
  if (view.onKey?.(key) === true) return event.preventDefault()
  const path = Object.hasOwn(KEY_PLACES, key) ? KEY_PLACES[key] : undefined
  if (path !== undefined) go(path)
  else if (key === '?') (byId('help') as HTMLDialogElement).showModal()
  else if (key === '/') go('/?')
  else if (key === 'Escape' && location.pathname !== '/') goBack()
  else return
  event.preventDefault()
}

function start(): void {
  createTheme()
  byId('help-button').addEventListener('click', () => (byId('help') as HTMLDialogElement).showModal())
  byId('key-button').addEventListener('click', forgetKey)
  document.addEventListener('keydown', onKey)
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null
    const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey
    if (link === null || !isPlain || link.origin !== location.origin || link.hash !== '') return
    event.preventDefault()
    go(link.pathname + link.search)
  })
  window.addEventListener('popstate', show)
  show()
  followChanges(api, (change) => view.onChange?.(change))
}

start()
