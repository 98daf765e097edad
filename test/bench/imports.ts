import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { compare, type Cost, type Ratio } from './interleave.ts'

const execute = promisify(execFile)
const ROUNDS = 21

/** What a user imports to get spans to a collector without us: the api, the SDK for Node and the OTLP exporter. */
const BARE_OPENTELEMETRY = 'bare OpenTelemetry'

const VARIANTS: readonly { readonly name: string; readonly imports: readonly string[] }[] = [
  {
    name: BARE_OPENTELEMETRY,
    imports: [
      '@opentelemetry/api',
      '@opentelemetry/sdk-trace-node',
      '@opentelemetry/exporter-trace-otlp-http',
    ],
  },
  { name: '@opentelemetry/sdk-trace-node alone', imports: ['@opentelemetry/sdk-trace-node'] },
  { name: '@opentelemetry/api alone', imports: ['@opentelemetry/api'] },
  { name: '@agent-run/types', imports: ['@agent-run/types'] },
  { name: '@aos/sdk', imports: ['@aos/sdk'] },
  { name: '@aos/sdk and @aos/trace', imports: ['@aos/sdk', '@aos/trace'] },
]

/** What importing packages costs, each in fresh processes, for a folder they are all installed in. */
export function importRatios(folder: string): Promise<readonly Ratio[]> {
  return compare(VARIANTS, ROUNDS, ({ imports }) => importCost(folder, imports))
}

async function importCost(folder: string, names: readonly string[]): Promise<Cost> {
  const code = [
    'const cpu = process.cpuUsage(), wall = performance.now()',
    ...names.map((name) => `await import(${JSON.stringify(name)})`),
    'const took = performance.now() - wall, { user, system } = process.cpuUsage(cpu)',
    'console.log(JSON.stringify({ cpu: user + system, wall: took }))',
  ]
  const { stdout } = await execute(process.execPath, ['--input-type=module', '-e', code.join('\n')], {
    cwd: folder,
  })
  return JSON.parse(stdout) as Cost
}
