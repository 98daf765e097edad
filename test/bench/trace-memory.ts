import { createServer, type AddressInfo } from 'node:net'
import { startChild } from './trace-children.ts'
import type { Memory, MemoryOrder } from './trace-peers/memory-child.ts'
import type { TraceSections } from './trace-sections.ts'

const OURS = 'ours'
const ALL = ['bare OpenTelemetry, JSON', OURS, 'Langfuse', 'OpenInference']
const RUNS = 100_000

/** What runs leave in memory while no collector is there, each pipeline in a process of its own. */
export async function memoryOfOutages(): Promise<TraceSections> {
  const endpoint = await unusedAddress()
  // side by side, as each of them takes long
  const rows = await Promise.all(
    ALL.map(async (name): Promise<[string, number, number]> => {
      await using child = startChild<MemoryOrder, Memory>('memory-child.ts', ['--expose-gc'])
      const { most, slope } = await child.tell({ endpoint, name, runs: RUNS })
      return [name, most / 1024 ** 2, slope]
    }),
  )
  const [, most = Number.NaN, slope = Number.NaN] = rows.find(([name]) => name === OURS) ?? []
  return {
    sections: [
      {
        title: 'Memory: 100,000 runs while the collector is down, one in ten abandoned',
        table: { heads: ['MiB over the start', 'bytes that a run leaves behind'], rows },
        notes: [
          'After a collection, heap and buffers. Ours are runs of an instrumented agent with a tool, those of the others spans like those of such a run.',
        ],
      },
    ],
    goals: {
      'MiB over the start, 100,000 runs while the collector is down': Math.max(0, most),
      'bytes that a run leaves behind while the collector is down': Math.max(0, slope),
    },
  }
}

async function unusedAddress(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}`
}
