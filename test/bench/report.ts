import type { Ratio } from './interleave.ts'
import type { RemoteRatio } from './remote-guardian.ts'

/** A table with heads of its own. */
export interface Table {
  readonly heads: readonly string[]
  readonly rows: readonly (readonly [name: string, ...values: number[]])[]
}

/** What was measured of one thing. */
export interface Section {
  readonly title: string
  readonly ratios?: readonly Ratio[]
  /** Latencies, in place of costs. */
  readonly latencies?: readonly RemoteRatio[]
  /** Something else, in place of costs. */
  readonly table?: Table
  /** What could not be measured, and why, and what has to be known of the rest. */
  readonly notes?: readonly string[]
}

/** What is reached for, and what may not be exceeded. */
export type Goals = Readonly<Record<string, { readonly goal: number; readonly budget: number }>>

/** Renders a section. */
export function sectionText(section: Section): string {
  const { heads, rows } = tableOf(section)
  const lines = rows.map(([name, ...values]) => `| ${name} | ${values.map(numberText).join(' | ')} |`)
  const table = [`| variant | ${heads.join(' | ')} |`, `|---|${'--:|'.repeat(heads.length)}`, ...lines]
  const notes = (section.notes ?? []).flatMap((note) => [note, ''])
  return [`## ${section.title}`, '', ...table, '', ...notes].join('\n')
}

function tableOf({ ratios = [], latencies, table }: Section): Table {
  if (table !== undefined) return table
  if (latencies !== undefined)
    return { heads: ['p50', 'p99'], rows: latencies.map(({ name, p50, p99 }) => [name, p50, p99]) }
  return {
    heads: ['processor time', 'clock time'],
    rows: ratios.map(({ name, cpu, wall }) => [name, cpu, wall]),
  }
}

/** Renders the goals beside what was measured. */
export function goalText(goals: Goals, measured: Readonly<Record<string, number>>): string {
  const rows = Object.entries(goals).map(([name, { goal }]) => {
    const value = measured[name] ?? Number.NaN
    return `| ${name} | ≤ ${goal} | ${Number.isInteger(value) ? value : value.toFixed(2)} | ${value <= goal ? 'yes' : 'no'} |`
  })
  return ['## Goals', '', '| what | goal | measured | met |', '|---|--:|--:|---|', ...rows, ''].join('\n')
}

/** The sections of a report, with what was measured anew in the place of what has its title; goals, row by row, come last. */
export function withSections(report: string, measured: string): string {
  const parts = sectionsOf(report)
  const { [GOALS]: goals = '', ...others } = sectionsOf(measured)
  const { [GOALS]: before = goals, ...kept } = parts
  const rows = { ...rowsOf(before), ...rowsOf(goals) }
  const head = goals.split('\n').slice(0, HEAD_LINES)
  return [...Object.values({ ...kept, ...others }), [...head, ...Object.values(rows), ''].join('\n')].join('')
}

const GOALS = '## Goals'
// the title, an empty line, and the two of the table
const HEAD_LINES = 4

function sectionsOf(report: string): Readonly<Record<string, string>> {
  const sections = report.split(/^(?=## )/m).filter((text) => text.startsWith('## '))
  return Object.fromEntries(sections.map((text) => [text.split('\n', 1)[0] ?? '', `${text.trimEnd()}\n\n`]))
}

function rowsOf(goals: string): Readonly<Record<string, string>> {
  const rows = goals
    .split('\n')
    .slice(HEAD_LINES)
    .filter((line) => line.startsWith('|'))
  return Object.fromEntries(rows.map((row) => [row.split('|')[1]?.trim() ?? '', row]))
}

function numberText(value: number): string {
  return Number.isInteger(value) && (value > 9 || value === 0) ? String(value) : value.toFixed(2)
}
