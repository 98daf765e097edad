import type { AgentRun } from '@agent-run/types'
import { visibleLine } from '@aos/trace/view'
import type { Api } from './api.ts'
import { element } from '../../trace/page/dom.ts'
import { formatLength, shortId } from './format.ts'
import { isAborted, section, statusPill, table } from './parts.ts'
import { pathOfRun } from './shell.ts'

/** How a part of a view reads more. */
export interface Reading {
  readonly api: Api
  readonly signal: AbortSignal
}

const MOST_CHILDREN = 50

/** The runs that a run was started by, and those that it started. */
export function createFamily(run: AgentRun, reading: Reading): HTMLElement {
  const box = element('div', { class: 'family' })
  box.hidden = true
  void fill(box, run, reading).catch((error: unknown) => {
    if (isAborted(error)) return
    box.hidden = false
    box.replaceChildren(
      section('Related runs', element('p', { class: 'muted', text: 'These could not be read.' })),
    )
  })
  return box
}

async function fill(box: HTMLElement, run: AgentRun, { api, signal }: Reading): Promise<void> {
  const { parent_run_id: parentId } = run
  const query = new URLSearchParams({ parent_run_id: run.id, limit: String(MOST_CHILDREN) })
  const { runs: children, total } = await api.get<{ runs: readonly AgentRun[]; total: number }>(
    `/runs?${query.toString()}`,
    signal,
  )
  const rows = children.map((child) => rowOf('started', child))
  if (typeof parentId === 'string') {
    const parent = element('a', {
      text: shortId(visibleLine(parentId)),
      attributes: { href: pathOfRun(parentId) },
    })
    rows.unshift(['started by', parent, '', ''])
  }
  if (rows.length === 0) return
  const more =
    total > children.length
      ? element('p', { class: 'muted', text: `and ${total - children.length} more` })
      : undefined
  box.hidden = false
  box.replaceChildren(
    section('Related runs', table(['Relation', 'Run', 'Status', 'Time'], rows, 'Related runs'), more),
  )
}

function rowOf(relation: string, run: AgentRun): (string | Node)[] {
  const name = visibleLine(`${run.agent_name ?? run.agent_id} ${shortId(run.id)}`)
  return [
    relation,
    element('a', { text: name, attributes: { href: pathOfRun(run.id) } }),
    statusPill(run.status),
    formatLength(run),
  ]
}
