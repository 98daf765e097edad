// node payload-child.ts: one long run under each way of watching it, and how much new content was in it
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { contentOf } from './spans.ts'
import { watched } from './watchers.ts'

/** What is asked of the child. */
export interface PayloadOrder {
  readonly endpoint: string
  readonly name: string
  readonly steps: number
}

const PROMPT = 'Find recent papers'
const QUERY_BYTES = 200
const SMALLEST_RESULT = 2048

async function run({ endpoint, name, steps }: PayloadOrder): Promise<{ readonly newBytes: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'aos-bench-'))
  let newBytes = PROMPT.length
  let made = 0
  const fresh = (length: number): string => {
    const text = contentOf(length)
    newBytes += text.length
    return text
  }
  const content = {
    query: () => fresh(QUERY_BYTES),
    // from 2 to 5 KB
    found: () => fresh(SMALLEST_RESULT + (made++ % 4) * 1024),
  }
  const { agent, pipeline } = watched(name, steps, { endpoint, folder }, content)
  const { text } = await agent.generate({ prompt: PROMPT })
  await pipeline?.shutdown()
  rmSync(folder, { recursive: true, force: true })
  return { newBytes: newBytes + text.length }
}

process.on('message', (order: PayloadOrder) => void run(order).then((answer) => process.send?.(answer)))
process.once('disconnect', () => process.exit())
