import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Ratio } from './interleave.ts'

const execute = promisify(execFile)
const CHILD = join(import.meta.dirname, 'langchain-peers', 'child.ts')

const PEERS = [
  '@langfuse/langchain',
  '@traceloop/instrumentation-langchain',
  '@arizeai/openinference-instrumentation-langchain',
  'langsmith',
]

/** What each way of watching cost, and which could not be measured. */
export interface LangChainRatios {
  readonly ratios: readonly Ratio[]
  readonly notes: readonly string[]
}

/** One LangChain turn with so many tool steps, under each way of watching it: each in a process that nobody else patched. */
export async function langChainRatios(
  steps: number,
  size: { readonly rounds: number; readonly times: number },
): Promise<LangChainRatios> {
  const ratios = [...(await measure('ours', steps, size))]
  const notes: string[] = []
  for (const peer of PEERS) {
    try {
      const measured = await measure(peer, steps, size)
      ratios.push(...measured.filter(({ name }) => name === peer))
    } catch (error) {
      notes.push(`${peer} could not be measured: ${reasonOf(error)}`)
    }
  }
  return { ratios, notes }
}

async function measure(
  name: string,
  steps: number,
  { rounds, times }: { readonly rounds: number; readonly times: number },
): Promise<readonly Ratio[]> {
  const values = [name, steps, rounds, times].map(String)
  // LangSmith would otherwise trace every agent by itself where the environment asks for it
  const env = { ...process.env, LANGSMITH_TRACING: 'false', LANGCHAIN_TRACING_V2: 'false' }
  const { stdout } = await execute(process.execPath, [...process.execArgv, CHILD, ...values], { env })
  return JSON.parse(stdout) as readonly Ratio[]
}

function reasonOf(error: unknown): string {
  const { stderr = '' } = error as { stderr?: string }
  const [, reason = 'its process failed'] = /^\w*Error.*?: (.+)$/m.exec(stderr) ?? []
  return reason.replace(/ imported from .*/, '')
}
