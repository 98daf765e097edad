import { doctor, type FindingCode } from '@aos/trace'
import { loadModule } from './load-module.ts'
import { CliError, systemCode } from '../terminal/cli-error.ts'
import type { Answer, Context, Tone } from '../terminal/context.ts'
import { EXIT } from '../terminal/exit-codes.ts'
import { visible } from '../terminal/visible.ts'

/** What `aos doctor` is told by its options. */
export interface DoctorRequest {
  readonly server?: string
  readonly probe?: boolean
}

interface Check {
  readonly code: string
  readonly severity: 'error' | 'warning' | 'info'
  readonly message: string
  readonly fix?: string
}

/** Findings about the set-up of the process, which is ours as long as no module made one. */
const OF_SET_UP: readonly FindingCode[] = [
  'no_context_manager',
  'no_global_provider',
  'no_exporter',
  'not_sampled',
  'sdk_missing',
]

/** Looks at this machine, and at the set-up that a module makes. */
export async function examine(
  module: string | undefined,
  { server, probe = false }: DoctorRequest,
  { terminal, paint, progress }: Context,
): Promise<Answer> {
  if (module !== undefined) await loadModule(module)
  progress('asking endpoints')
  const { env } = terminal
  const isNamed = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'].some(
    (name) => env[name],
  )
  const { findings } = await doctor({ probe: probe || isNamed })
  const about = findings.filter(({ code }) => module !== undefined || !OF_SET_UP.includes(code))
  const checks: readonly Check[] = [
    nodeCheck(),
    ...about,
    ...(server === undefined ? [] : [await serverCheck(server)]),
  ]
  const ok = checks.every(({ severity }) => severity !== 'error')
  const lines = checks.map(({ severity, message, fix }) => {
    const [tone, word] = WORDS[severity]
    return `${paint(tone, word.padEnd(7))}  ${visible(message)}${fix === undefined ? '' : `\n           fix: ${visible(fix)}`}`
  })
  return { exitCode: ok ? EXIT.ok : EXIT.found, json: { ok, checks }, text: lines.join('\n') }
}

const WORDS: Readonly<Record<Check['severity'], readonly [Tone, string]>> = {
  error: ['bad', 'error'],
  warning: ['doubtful', 'warning'],
  info: ['good', 'ok'],
}

const FLOOR = [22, 18] as const

function nodeCheck(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const isEnough = major > FLOOR[0] || (major === FLOOR[0] && minor >= FLOOR[1])
  const message = `Node ${process.versions.node}`
  if (isEnough) return { code: 'node', severity: 'info', message }
  return {
    code: 'node',
    severity: 'error',
    message: `${message} is too old`,
    fix: `use Node ${FLOOR.join('.')} or later`,
  }
}

const DEADLINE_MS = 3_000

async function serverCheck(text: string): Promise<Check> {
  if (!URL.canParse(text))
    throw new CliError({
      message: `--server ${text} is no address`,
      fix: 'Pass one like http://127.0.0.1:4400.',
    })
  const url = new URL('/api/v1/health', text)
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(DEADLINE_MS) })
    const protocol = response.headers.get('x-agent-run-protocol')
    await response.body?.cancel()
    if (response.ok && protocol !== null)
      return { code: 'server', severity: 'info', message: `${url.origin} takes runs, agent-run ${protocol}` }
    return {
      code: 'server_refused',
      severity: 'error',
      message: `${url.href} answers ${response.status}, and not as a server of runs does`,
      fix: 'give the address that aos serve prints',
    }
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
    return {
      code: 'server_unreachable',
      severity: 'error',
      message: `${url.origin} does not answer (${systemCode(cause)})`,
      fix: 'start it (aos serve), or correct the address',
    }
  }
}
