import type { AgentRun } from '@agent-run/types'
import { visibleLine, visibleText } from '@aos/trace/view'
import { element, icon } from '../../trace/page/dom.ts'
import { ICONS } from './icons.ts'

const STATUS_ICONS: Readonly<Record<AgentRun['status'], string>> = {
  pending: ICONS.open,
  running: ICONS.open,
  completed: ICONS.ok,
  failed: ICONS.error,
  cancelled: ICONS.cut,
  timeout: ICONS.open,
}

/** The status of a run, not by its colour alone. */
export function statusPill(status: AgentRun['status']): HTMLElement {
  return element('span', { class: `pill ${status}` }, icon(STATUS_ICONS[status]), status)
}

/** A word with the colour of what it means. */
export function pill(tone: 'good' | 'bad' | 'warn' | 'plain', text: string): HTMLElement {
  return element('span', { class: `pill ${tone}`, text: visibleLine(text) })
}

/** Names and what they are. */
export function facts(entries: readonly (readonly [string, string | Node | undefined])[]): HTMLElement {
  const shown = entries.filter(([, value]) => value !== undefined && value !== '')
  return element(
    'dl',
    { class: 'facts' },
    ...shown.map(([name, value]) =>
      element(
        'div',
        {},
        element('dt', { text: visibleLine(name) }),
        element('dd', {}, typeof value === 'string' ? visibleText(value) : value),
      ),
    ),
  )
}

/** A part of a page with its heading. */
export function section(title: string, ...children: readonly (Node | undefined)[]): HTMLElement {
  return element('section', { class: 'card' }, element('h2', { text: title }), ...children)
}

/** A text as it was recorded, whatever is in it. */
export function block(text: string, label: string): HTMLElement {
  return element('pre', {
    class: 'block',
    text: visibleText(text),
    attributes: { tabindex: '0', role: 'group', 'aria-label': label },
  })
}

/** A table; cells that are texts become text. On a narrow screen each row is a list of names and values. */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | Node)[])[],
  label: string,
): HTMLElement {
  // said aloud, as a style that stacks cells takes their meaning from some browsers
  const cell = (content: string | Node, at: number): HTMLElement =>
    element(
      'td',
      { attributes: { role: 'cell', 'data-name': head[at] ?? '' } },
      element('span', {}, typeof content === 'string' ? visibleLine(content) : content),
    )
  const row = (...cells: readonly HTMLElement[]): HTMLElement =>
    element('tr', { attributes: { role: 'row' } }, ...cells)
  const heads = head.map((text) =>
    element('th', { text, attributes: { scope: 'col', role: 'columnheader' } }),
  )
  return element(
    'div',
    { class: 'table-box', attributes: { tabindex: '0', role: 'region', 'aria-label': label } },
    element(
      'table',
      { attributes: { role: 'table' } },
      element('thead', { attributes: { role: 'rowgroup' } }, row(...heads)),
      element('tbody', { attributes: { role: 'rowgroup' } }, ...rows.map((cells) => row(...cells.map(cell)))),
    ),
  )
}

/** What is shown in place of something that is not there. */
export function notice(text: string, ...more: readonly Node[]): HTMLElement {
  return element('div', { class: 'notice', attributes: { role: 'status' } }, element('p', { text }), ...more)
}

/** What went wrong, and a way to try again. */
export function failure(error: unknown, retry: () => void): HTMLElement {
  const message = error instanceof Error ? error.message : 'unknown error'
  return notice(
    `This could not be read: ${visibleLine(message)}`,
    element('button', { class: 'button', text: 'Try again', attributes: { type: 'button' }, onClick: retry }),
  )
}

/** Whether something was only given up because the user went on. */
export function isAborted(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError'
}
