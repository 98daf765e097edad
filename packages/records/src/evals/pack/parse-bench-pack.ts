import { describeError } from '@aos/sdk'
import { isNode, LineCounter, parseDocument, type Document } from 'yaml'
import type { BenchExpectation, BenchPack, BenchTask } from '../../generated/eval-pack-types.ts'
import { validateBenchPack, type Issue } from '../../generated/eval-pack-validators.ts'

/** One thing that is wrong with a pack: where, and what. */
export interface PackIssue {
  /** JSON Pointer into the pack; empty for the pack itself. */
  readonly path: string
  readonly message: string
  /** Line of the text, from 1; absent where the pack was given as a value. */
  readonly line?: number | undefined
}

/** A checked pack, or everything that is wrong with it. */
export type PackResult =
  | { readonly ok: true; readonly value: BenchPack }
  | { readonly ok: false; readonly issues: readonly PackIssue[] }

/** Reads a pack from its text (YAML 1.2, and so JSON too). */
export function parseBenchPack(text: string): PackResult {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, version: '1.2', merge: false })
  const [problem] = [...document.errors, ...document.warnings]
  if (problem !== undefined) {
    const message = problem.message.split('\n')[0] ?? 'it cannot be read'
    return { ok: false, issues: [{ path: '', message, line: problem.linePos?.[0].line }] }
  }
  const checked = checkDocument(document)
  if (checked.ok) return checked
  const lineOf = (path: string): number => {
    const keys = path.split('/').slice(1).map(unescaped)
    // where a member is missing, what it is missing in
    for (let depth = keys.length; depth >= 0; depth -= 1) {
      const node: unknown = document.getIn(keys.slice(0, depth), true)
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
    }
    return 1
  }
  return { ok: false, issues: checked.issues.map((issue) => ({ ...issue, line: lineOf(issue.path) })) }
}

function checkDocument(document: Document.Parsed): PackResult {
  try {
    return checkBenchPack(document.toJS({ maxAliasCount: 100 }))
  } catch (error) {
    // too many aliases
    return { ok: false, issues: [{ path: '', message: describeError(error).message }] }
  }
}

function unescaped(key: string): string | number {
  const text = key.replaceAll('~1', '/').replaceAll('~0', '~')
  return /^\d+$/.test(text) ? Number(text) : text
}

/** Checks a pack that is a value already. */
export function checkBenchPack(value: unknown): PackResult {
  if (!validateBenchPack(value)) return { ok: false, issues: (validateBenchPack.errors ?? []).map(toIssue) }
  const pack = value as BenchPack
  const issues = [...repeatedIds(pack), ...pack.tasks.flatMap((task, index) => taskIssues(pack, task, index))]
  return issues.length === 0 ? { ok: true, value: pack } : { ok: false, issues }
}

/** What a validator says, as an issue. */
export function toIssue({ instancePath, keyword, params, message = 'is not valid' }: Issue): PackIssue {
  switch (keyword) {
    case 'required':
      return { path: `${instancePath}/${String(params['missingProperty'])}`, message: 'is missing' }
    case 'additionalProperties':
      return { path: `${instancePath}/${String(params['additionalProperty'])}`, message: 'is unknown here' }
    case 'enum':
      return { path: instancePath, message: `must be one of ${String(params['allowedValues'])}` }
    case 'const':
      return { path: instancePath, message: `must be ${JSON.stringify(params['allowedValue'])}` }
    default:
      return { path: instancePath, message }
  }
}

function repeatedIds({ tasks }: BenchPack): readonly PackIssue[] {
  return tasks.flatMap(({ id }, index) =>
    tasks.findIndex((task) => task.id === id) === index
      ? []
      : [{ path: `/tasks/${index}/id`, message: `${id} is the id of an earlier task` }],
  )
}

function taskIssues(pack: BenchPack, task: BenchTask, index: number): readonly PackIssue[] {
  const path = `/tasks/${index}`
  const known = new Set([...Object.keys(pack.tools ?? {}), ...Object.keys(task.tools ?? {})])
  const turns = (task.model ?? []).flatMap(({ text, calls }, turn) =>
    text === undefined && calls === undefined
      ? [{ path: `${path}/model/${turn}`, message: 'needs text or calls' }]
      : [],
  )
  const expectations = task.expect.flatMap((expectation, at) => {
    const place = `${path}/expect/${at}`
    const kinds = kindsOf(expectation)
    if (kinds.length === 1) return []
    const list = kinds.length === 0 ? 'has none' : `has ${kinds.join(' and ')}`
    return [{ path: place, message: `needs exactly one kind of expectation, and ${list}` }]
  })
  // what is expected of a misspelt tool would hold for ever
  const names = toolNames(task, path).flatMap(({ tool, place }) =>
    known.has(tool) ? [] : [{ path: place, message: `${tool} is no tool of this task` }],
  )
  return [...turns, ...expectations, ...names]
}

/** The kinds of expectation that one says: all its members beside name and weight. */
export function kindsOf(expectation: BenchExpectation): readonly string[] {
  return Object.keys(expectation).filter((key) => key !== 'name' && key !== 'weight')
}

interface NamedTool {
  readonly tool: string
  readonly place: string
}

function toolNames(task: BenchTask, path: string): readonly NamedTool[] {
  const approvals = (task.approvals ?? []).map(({ tool }, at) => ({
    tool,
    place: `${path}/approvals/${at}/tool`,
  }))
  const expected = task.expect.flatMap((expectation, at) => {
    const place = `${path}/expect/${at}`
    const single = (['denied', 'executed', 'notExecuted', 'decision'] as const).flatMap((kind) => {
      const tool = expectation[kind]?.tool
      return tool === undefined ? [] : [{ tool, place: `${place}/${kind}/tool` }]
    })
    const way = (expectation.trajectory?.calls ?? []).map(({ tool }, call) => ({
      tool,
      place: `${place}/trajectory/calls/${call}/tool`,
    }))
    return [...single, ...way]
  })
  return [...approvals, ...expected]
}
