// node turns-child.ts: what a turn of an agent costs under each way of watching it, delivery to a collector included
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { interleave, type Ratio, type Variant } from '../interleave.ts'
import { watched } from './watchers.ts'

/** What is asked of the child. */
export interface TurnsOrder {
  readonly endpoint: string
  readonly names: readonly string[]
  readonly steps: number
  readonly rounds: number
  readonly times: number
}

async function measure({ endpoint, names, steps, ...size }: TurnsOrder): Promise<readonly Ratio[]> {
  const folder = mkdtempSync(join(tmpdir(), 'aos-bench-'))
  const all = names.map((name, index) => ({
    name,
    ...watched(name, steps, { endpoint, folder: join(folder, String(index)) }),
  }))
  const variants = all.map(({ name, agent, pipeline }): Variant => {
    const once = (): unknown => agent.generate({ prompt: 'Find recent papers' })
    if (pipeline === undefined) return { name, once }
    const settle = async (): Promise<void> => void (await pipeline.flush())
    return { name, once, settle }
  })
  const ratios = await interleave(variants, size)
  for (const { pipeline } of all) await pipeline?.shutdown()
  rmSync(folder, { recursive: true, force: true })
  return ratios
}

process.on('message', (order: TurnsOrder) => void measure(order).then((ratios) => process.send?.(ratios)))
process.once('disconnect', () => process.exit())
