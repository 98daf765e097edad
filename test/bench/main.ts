// npm run bench [-- --write | --check]: what instrumenting costs, as ratios of runs that were interleaved with each other.
import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decisionVariants } from './decisions.ts'
import { interleave, type Ratio } from './interleave.ts'
import { langChainRatios } from './langchain.ts'
import { sizes, type Sizes } from './sizes.ts'
import { turnVariants, type Mode } from './turns.ts'

interface Section {
  readonly title: string
  readonly ratios: readonly Ratio[]
  /** What could not be measured, and why. */
  readonly notes?: readonly string[]
}

const turns: readonly (readonly [Mode, number, { readonly rounds: number; readonly times: number }])[] = [
  ['generate', 0, { rounds: 15, times: 60 }],
  ['generate', 1, { rounds: 15, times: 40 }],
  ['generate', 10, { rounds: 21, times: 20 }],
  ['stream', 0, { rounds: 11, times: 20 }],
  ['stream', 10, { rounds: 11, times: 6 }],
]

const langChainTurns = [
  [1, { rounds: 15, times: 20 }],
  [10, { rounds: 15, times: 6 }],
] as const

const IMPORT = 'Import in a fresh process'
const sections: Section[] = []
for (const [mode, steps, size] of turns) {
  sections.push({
    title: `AI SDK ${mode}, ${steps} tool step${steps === 1 ? '' : 's'}`,
    ratios: await interleave(turnVariants(mode, steps), size),
  })
}
for (const [steps, size] of langChainTurns) {
  sections.push({
    title: `LangChain invoke, ${steps} tool step${steps === 1 ? '' : 's'}`,
    ...(await langChainRatios(steps, size)),
  })
}
sections.push({
  title: 'Guarded tool call of a hand-written agent',
  ratios: await interleave(decisionVariants(), { rounds: 15, times: 20 }),
})
const size = await sizes()
sections.push({ title: IMPORT, ratios: size.imports })
const measured = goalsOf(sections, size)
const { goals } = JSON.parse(await readFile(join(import.meta.dirname, 'budgets.json'), 'utf8')) as {
  goals: Record<string, { goal: number; budget: number }>
}

const text = [...sections.map(tableOf), goalTable()].join('\n')
console.log(text)
if (process.argv.includes('--write')) {
  const root = join(import.meta.dirname, '..', '..')
  await writeFile(join(root, 'docs', 'benchmarks.md'), `${heading()}\n${text}`)
  execFileSync(process.execPath, [join(root, 'scripts', 'readme-benchmarks.ts')])
}
if (process.argv.includes('--check')) {
  const beyond = Object.entries(goals).filter(
    ([name, { budget }]) => (measured[name] ?? Number.POSITIVE_INFINITY) > budget,
  )
  for (const [name, { budget }] of beyond)
    console.error(`${name}: ${measured[name]} is beyond the budget of ${budget}`)
  process.exitCode = beyond.length > 0 ? 1 : 0
}

function heading(): string {
  return [
    '# Benchmarks',
    '',
    'Written by `npm run bench -- --write`. Every number is a ratio: the median over rounds of a variant against the first row in the same',
    'round, with all variants interleaved in one process. The model answers at once and the exporter does nothing, so the ratios show the',
    'most that instrumenting can cost; beside a real model they vanish. Expect them to move by about 15 % from run to run.',
    'LangChain is measured in one process for us and one for each peer, because peers patch what all agents share; each process also',
    'measures the agent that nobody watches, and its ratios are against that.',
    'Imports are measured in fresh processes, against what spans to a collector take without us: `@opentelemetry/api`,',
    '`@opentelemetry/sdk-trace-node` and `@opentelemetry/exporter-trace-otlp-http`, all from the same installation.',
    '',
  ].join('\n')
}

function tableOf({ title, ratios, notes = [] }: Section): string {
  const rows = ratios.map(({ name, cpu, wall }) => `| ${name} | ${cpu.toFixed(2)} | ${wall.toFixed(2)} |`)
  const table = ['| variant | processor time | clock time |', '|---|--:|--:|', ...rows]
  return [`## ${title}`, '', ...table, '', ...notes.flatMap((note) => [note, ''])].join('\n')
}

function goalTable(): string {
  const rows = Object.entries(goals).map(([name, { goal }]) => {
    const value = measured[name] ?? Number.NaN
    return `| ${name} | ≤ ${goal} | ${Number.isInteger(value) ? value : value.toFixed(2)} | ${value <= goal ? 'yes' : 'no'} |`
  })
  return ['## Goals', '', '| what | goal | measured | met |', '|---|--:|--:|---|', ...rows, ''].join('\n')
}

function goalsOf(all: readonly Section[], size: Sizes): Record<string, number> {
  const cpu = (title: string, name: string): number =>
    all.find((section) => section.title.startsWith(title))?.ratios.find((ratio) => ratio.name === name)
      ?.cpu ?? Number.NaN
  const ten = 'AI SDK generate, 10'
  const langChain = 'LangChain invoke, 10'
  const gate = 'Guarded tool call'
  return {
    'hooks only, 10 tool steps': cpu(ten, 'ours, hooks'),
    'spans and hooks, 10 tool steps': cpu(ten, 'ours, spans and hooks'),
    'added by spans and hooks against @ai-sdk/otel, 10 tool steps':
      (cpu(ten, 'ours, spans and hooks') - 1) / (cpu(ten, '@ai-sdk/otel') - 1),
    'LangChain: hooks only, 10 tool steps': cpu(langChain, 'ours, hooks'),
    'LangChain: added by spans and hooks against @langfuse/langchain, 10 tool steps':
      (cpu(langChain, 'ours, spans and hooks') - 1) / (cpu(langChain, '@langfuse/langchain') - 1),
    'one decision beyond no handler': cpu(gate, 'one handler') / cpu(gate, 'no handler'),
    'whole gate against a bare call': cpu(gate, 'one handler, recorded by a sink'),
    'packages installed': size.installPackages,
    'bytes installed': size.installBytes,
    'import against bare OpenTelemetry': cpu(IMPORT, '@aos/sdk'),
  }
}
