// npm run bench [-- --write | --check] [--only trace | records]: what instrumenting costs, as ratios of runs that were interleaved.
import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decisionVariants } from './decisions.ts'
import { guardianLimits, type GuardianLimits } from './guardian-limits.ts'
import { interleave } from './interleave.ts'
import { langChainRatios } from './langchain.ts'
import { policyRatios } from './policies.ts'
import { protocolRatios } from './protocols.ts'
import { recordSections } from './records.ts'
import { remoteRatios, type RemoteRatio } from './remote-guardian.ts'
import { goalText, sectionText, withSections, type Goals, type Section } from './report.ts'
import { sizes, type Sizes } from './sizes.ts'
import { traceSections } from './trace-sections.ts'
import { turnVariants, type Mode } from './turns.ts'

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

const MCP = 'MCP: ten tools/call in a run, in memory'
const A2A = 'A2A: ten messages in a run, over loopback'
const IMPORT = 'Import in a fresh process'
const POLICY = 'Deciding on a policy'
const REMOTE = 'Remote guardian over loopback'

interface Measured {
  readonly sections: readonly Section[]
  readonly goals: Readonly<Record<string, number>>
}

async function costs(): Promise<Measured> {
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
  const protocols = await protocolRatios()
  sections.push({ title: MCP, ratios: protocols.mcp }, { title: A2A, ratios: protocols.a2a })
  sections.push({ title: POLICY, ...(await policyRatios()) })
  sections.push({ title: REMOTE, latencies: await remoteRatios() })
  const limits = await guardianLimits()
  sections.push({ title: 'Guardian that does not answer', ratios: limits.ratios, notes: limits.notes })
  const size = await sizes()
  sections.push({ title: IMPORT, ratios: size.imports })
  return { sections, goals: { ...goalsOf(sections, size), ...guardianGoals(sections, limits) } }
}

async function everything(): Promise<Measured> {
  const parts = [await costs(), await recordSections(), await traceSections()]
  return {
    sections: parts.flatMap(({ sections }) => sections),
    goals: Object.assign({}, ...parts.map(({ goals }) => goals)) as Record<string, number>,
  }
}

const only = process.argv.indexOf('--only')
const part = only < 0 ? undefined : process.argv[only + 1]
const PARTS: Readonly<Record<string, () => Promise<Measured>>> = {
  trace: traceSections,
  records: recordSections,
}
const measure = part === undefined ? everything : PARTS[part]
if (measure === undefined) throw new Error('the parts that can be measured alone are trace and records')
const { sections, goals: measured } = await measure()
const { goals: all } = JSON.parse(await readFile(join(import.meta.dirname, 'budgets.json'), 'utf8')) as {
  goals: Goals
}
// a part alone is held to its own goals, and the whole to all of them
const goals = Object.fromEntries(
  Object.entries(all).filter(([name]) => part === undefined || Object.hasOwn(measured, name)),
)

const text = [...sections.map(sectionText), goalText(goals, measured)].join('\n')
console.log(text)
if (process.argv.includes('--write')) {
  const root = join(import.meta.dirname, '..', '..')
  const file = join(root, 'docs', 'benchmarks.md')
  const written = part === undefined ? text : withSections(await readFile(file, 'utf8'), text)
  await writeFile(file, `${heading()}\n${written.trimEnd()}\n`)
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
    'Policies are measured per decision, ours and those of engines that npm has, all with one rule. A remote guardian is measured by the',
    'latency of one request after the other, at the median and the 99th percentile, against a plain server that is sent the same message.',
    'Messages of MCP are measured between a client and a server in one process, where nothing else takes time, those of A2A over loopback.',
    'Spans on their way to a collector are measured with each pipeline in a process of its own and the collector in another; their',
    'processor time includes that of all threads. `npm run bench -- --only trace` measures nothing else, nor does `--only records`, and',
    'with `--write` what they measure takes the place of what was there.',
    'Imports are measured in fresh processes, against what spans to a collector take without us: `@opentelemetry/api`,',
    '`@opentelemetry/sdk-trace-node` and `@opentelemetry/exporter-trace-otlp-http`, all from the same installation.',
    '',
  ].join('\n')
}

function goalsOf(all: readonly Section[], size: Sizes): Record<string, number> {
  const cpu = (title: string, name: string): number =>
    all.find((section) => section.title.startsWith(title))?.ratios?.find((ratio) => ratio.name === name)
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
    'MCP: client with a hook, in memory': cpu(MCP, 'client, hook'),
    'A2A: client with spans and a hook, over loopback': cpu(A2A, 'client, spans and hook'),
    'packages installed': size.installPackages,
    'bytes installed': size.installBytes,
    'import against bare OpenTelemetry': cpu(IMPORT, '@aos/sdk'),
  }
}

function guardianGoals(all: readonly Section[], limits: GuardianLimits): Record<string, number> {
  const policy = (name: string): number =>
    all.find(({ title }) => title === POLICY)?.ratios?.find((ratio) => ratio.name === name)?.cpu ?? Number.NaN
  const remote = (name: string): RemoteRatio =>
    all.find(({ title }) => title === REMOTE)?.latencies?.find((row) => row.name === name) ?? {
      name,
      p50: Number.NaN,
      p99: Number.NaN,
    }
  return {
    'one rule against the bare function': policy('one rule'),
    'chain of 3 rules against the bare function': policy('chain of 3'),
    'chain of 3 rules, one asynchronous, against the bare function': policy('chain of 3, one asynchronous'),
    'remote guardian, p50': remote('guardian').p50,
    'remote guardian, p99': remote('guardian').p99,
    'remote guardian, signed both ways, p50': remote('guardian, signed both ways (HMAC)').p50,
    'remote guardian, mutual TLS, p50': remote('guardian, mutual TLS').p50,
    'denied beside a hanging guardian, p99 after the deadline in shares of 20 ms': limits.hanging,
    'a decision after 100,000 of them against one before': limits.growth,
    'bytes that a decision leaves behind': limits.retained,
  }
}
