// Starts the specialist and reads what it prints.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { parseAgentRun, type AgentRun } from '@agent-run/types'

/** The specialist, running. */
export interface SpecialistProcess extends AsyncDisposable {
  readonly url: string
  /** Resolves with the first run it has ended. */
  readonly run: Promise<AgentRun>
  /** The messages its agent was given. */
  readonly told: readonly string[]
}

/** Starts it as a process of its own, whose spans go to a collector. */
export async function startSpecialist(collector: string): Promise<SpecialistProcess> {
  const script = new URL('specialist.ts', import.meta.url).pathname
  const child = spawn(process.execPath, ['--conditions=aos-source', script, collector], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface(child.stdout)
  const told: string[] = []
  const [first] = (await once(lines, 'line')) as [string]
  const run = new Promise<AgentRun>((resolve) => {
    lines.on('line', (line) => {
      const said = JSON.parse(line) as { readonly told?: string; readonly run?: unknown }
      if (said.told !== undefined) told.push(said.told)
      const parsed = said.run === undefined ? undefined : parseAgentRun(said.run)
      if (parsed?.ok === true) resolve(parsed.value)
    })
  })
  return {
    ...(JSON.parse(first) as { readonly url: string }),
    run,
    told,
    async [Symbol.asyncDispose]() {
      child.kill()
      await once(child, 'exit')
    },
  }
}
