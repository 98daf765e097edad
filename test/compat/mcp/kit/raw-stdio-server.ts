// A server over stdio that keeps to nothing: `node raw-stdio-server.ts <what it does when a tool is called>`.
import { createInterface } from 'node:readline'
import { EVIL } from './hostile-frames.ts'
import { toolAnswer, welcome } from './raw-peer.ts'
import type { Frame } from './tap.ts'

const say = (text: string): void => void process.stdout.write(text)
const line = (frame: unknown): string => `${JSON.stringify(frame)}\n`
const nest = (levels: number): string => `${'{"a":'.repeat(levels)}"${EVIL}"${'}'.repeat(levels)}`

const SCENES: Readonly<Record<string, (call: Frame) => void | Promise<void>>> = {
  garbage({ id }) {
    const written = JSON.stringify(id)
    const text = `{"type":"text","text":"${EVIL}"}`
    say('this is no JSON\n{\n\n[]\nnull\n7\n"text"\n')
    say(line([toolAnswer(id, EVIL)]))
    say(line({ ...toolAnswer(null, EVIL), id: null }))
    say(`{"jsonrpc":"2.0","id":${written},"result":${nest(100_000)}}\n`.slice(0, 500_000))
    say('\n')
    say(`{"jsonrpc":"2.0","id":NaN,"result":{"content":[${text}]}}\n`)
    say(`{"jsonrpc":"2.0","id":${written}.5,"result":{"content":[${text}]}}\n`)
    say(`{"__proto__":{"id":${written}},"jsonrpc":"2.0","result":{"content":[${text}]}}\n`)
    say(`{"jsonrpc":"2.0","id":"\\ud800","result":{"content":[${text}]}}\n`)
    say('\u0000\u0001\uFEFF\n')
    say(line(toolAnswer(id, 'good')))
  },
  deep({ id }) {
    say(
      `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"content":[],"structuredContent":${nest(100_000)}}}\n`,
    )
    say(line(toolAnswer(id, 'good')))
  },
  exit() {
    process.exit(3)
  },
  half({ id }) {
    const text = line(toolAnswer(id, EVIL))
    process.stdout.write(text.slice(0, text.length / 2), () => process.exit(0))
  },
  async drip({ id }) {
    for (const character of line(toolAnswer(id, 'good'))) {
      say(character)
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
    }
  },
  progress({ params }) {
    const { progressToken } = (params as { _meta: { progressToken: unknown } })._meta
    const told = [1, 2, 3].map((progress) =>
      line({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken, progress } }),
    )
    process.stdout.write(told.join(''), () => process.exit(0))
  },
}

const scene = SCENES[process.argv[2] ?? '']
if (scene === undefined) throw new Error('there is no such scene')

createInterface({ input: process.stdin }).on('line', (text) => {
  const frame = JSON.parse(text) as Frame
  const first = welcome(frame)
  if (first !== undefined) say(line(first))
  else if (frame.method === 'tools/call') void scene(frame)
})
