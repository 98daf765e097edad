import {
  parseBenchPack,
  parseBenchReport,
  reportToMarkdown,
  reportToText,
  runBenchPack,
  type BenchPack,
  type EarlierReport,
  type MakeBenchAgent,
  type PackIssue,
} from '@aos/records/evals'
import { existsSync, readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readJson, readText } from '../documents/read-file.ts'
import { writePrivate } from '../documents/write-file.ts'
import { CliError } from '../terminal/cli-error.ts'
import type { Answer, Context } from '../terminal/context.ts'
import { EXIT } from '../terminal/exit-codes.ts'
import { visibleLines } from '../terminal/visible.ts'
import { loadExport } from './load-module.ts'

/** What `aos bench` is told by its options. */
export interface BenchRequest {
  readonly agent: string
  readonly export: string
  readonly repeat?: string
  readonly concurrency?: string
  readonly baseline?: string
  readonly out?: string
  readonly markdown?: boolean
}

/** Runs a pack against the agents that a module makes. */
export async function bench(
  name: string,
  request: BenchRequest,
  { progress, note }: Context,
): Promise<Answer> {
  const { repeat, concurrency, baseline: earlier, out, markdown } = request
  const counts = { repeat: countOf('--repeat', repeat), concurrency: countOf('--concurrency', concurrency) }
  const pack = await readPack(name)
  const baseline = earlier === undefined ? undefined : await readReport(earlier)
  const make = await loadExport(request.agent, request.export)
  if (typeof make !== 'function')
    throw new CliError({
      message: `${request.agent} exports no function`,
      fix: 'Export one: export default (task, world) => agent',
    })
  const report = await runBenchPack(pack, {
    agent: checkedMaker(request.agent, make as MakeBenchAgent),
    ...counts,
    baseline,
    onProgress: ({ done, total, task }) => progress(`${bar(done, total)} ${done} of ${total}  ${task}`),
  })
  if (out !== undefined) {
    await writePrivate(out, `${JSON.stringify(report, null, 2)}\n`)
    note(`wrote ${out}`)
  }
  const hasPassed = report.attempts.every((attempt) => attempt.eval.pass)
  const isWorse = report.comparison?.verdict === 'regression'
  return {
    exitCode: hasPassed && !isWorse ? EXIT.ok : EXIT.found,
    json: report,
    text: visibleLines(markdown === true ? reportToMarkdown(report) : reportToText(report)),
  }
}

const CELLS = 20

function bar(done: number, total: number): string {
  const full = Math.round((CELLS * done) / total)
  return `[${'#'.repeat(full)}${'.'.repeat(CELLS - full)}]`
}

function countOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw new CliError({
    message: `${option} ${text} is no number from 1`,
    fix: `Pass ${option} 5, or leave it out.`,
  })
}

async function readPack(name: string): Promise<BenchPack> {
  const file = existsSync(name) || !/^[a-z][a-z-]*$/.test(name) ? name : ownPack(name)
  const parsed = parseBenchPack(await readText(file))
  if (parsed.ok) return parsed.value
  throw new CliError({
    message: `${name} is no pack: ${issueText(parsed.issues)}`,
    fix: 'Correct it; its schema is told of in the documentation of evaluations.',
    exit: 'failed',
  })
}

function ownPack(name: string): string {
  const file = fileURLToPath(import.meta.resolve(`@aos/records/packs/${name}.yaml`))
  if (existsSync(file)) return file
  const names = readdirSync(dirname(file)).flatMap((one) => (one.endsWith('.yaml') ? [one.slice(0, -5)] : []))
  throw new CliError({
    message: `There is no pack ${name}`,
    fix: `Give the path of a file, or one of: ${names.join(', ')}.`,
    exit: 'failed',
  })
}

/** Says of what a module has made that it is no agent, before anything is asked of it. */
function checkedMaker(module: string, make: MakeBenchAgent): MakeBenchAgent {
  return async (task, world) => {
    const agent: unknown = await make(task, world)
    const isAgent = (name: string): boolean => typeof Reflect.get(Object(agent), name) === 'function'
    if (isAgent('run') && isAgent('on')) return agent as Awaited<ReturnType<MakeBenchAgent>>
    throw new CliError({
      message: `${module} made no instrumented agent`,
      fix: 'Return one: (task, world) => new AOSInstrument(…)',
    })
  }
}

async function readReport(file: string): Promise<EarlierReport> {
  const parsed = parseBenchReport(await readJson(file))
  if (parsed.ok) return parsed.value
  throw new CliError({
    message: `${file} is no report: ${issueText(parsed.issues)}`,
    fix: 'Give what --out of an earlier bench has written.',
    exit: 'failed',
  })
}

function issueText(issues: readonly PackIssue[]): string {
  return issues
    .map(({ path, message, line }) => `${line === undefined ? '' : `line ${line}: `}${path} ${message}`)
    .join('; ')
}
