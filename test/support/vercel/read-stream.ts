import type { Bag, StreamResult } from '../../compat/ai-namespace.ts'
import { settle, type World } from './world.ts'

/** How the reader of a stream behaves. */
export type Reading =
  | 'all'
  | 'text'
  | 'ui'
  | 'response'
  | 'promises'
  | 'break'
  | 'cancel'
  | 'never'
  | 'until-silence'

/** Reads a stream as told and says what a user gets to see of it. */
export async function readStream(world: World, result: StreamResult, reading: Reading): Promise<unknown> {
  const parts: unknown[] = []
  const end = await readers[reading](world, result, parts).then(
    () => 'end',
    (error: unknown) => ({ thrown: error }),
  )
  // an abandoned stream must stay abandoned: reading a promise would start it
  const promises = reading === 'never' ? {} : await promisesOf(result)
  return { parts, end, promises }
}

// turns in which an abandoned stream could run to its end, if somebody still reads it
const DRAINING = 80

type Reader = (world: World, result: StreamResult, parts: unknown[]) => Promise<void>

const readers: Record<Reading, Reader> = {
  async all(_, result, parts) {
    for await (const part of result.fullStream) parts.push(part)
  },
  async text(_, result, parts) {
    for await (const part of result.textStream) parts.push(part)
  },
  async ui(_, result, parts) {
    for await (const part of result.toUIMessageStream({ sendReasoning: true, sendSources: true }))
      parts.push(part)
  },
  async response(_, result, parts) {
    const response = result.toUIMessageStreamResponse()
    parts.push(response.status, Object.fromEntries(response.headers), await response.text())
  },
  async promises(_, result, parts) {
    parts.push(await result.text)
  },
  async break(_, result, parts) {
    for await (const part of result.fullStream) {
      parts.push(part)
      if (part['type'] === 'text-delta') break
    }
    await settle(DRAINING)
  },
  async cancel(_, result, parts) {
    const reader = result.fullStream.getReader()
    for (let last: unknown; last !== 'text-delta';) {
      const { value, done } = await reader.read()
      if (done) break
      parts.push(value)
      last = value['type']
    }
    await reader.cancel('enough')
    await settle(DRAINING)
  },
  async never() {
    await settle(DRAINING)
  },
  async 'until-silence'(world, result, parts) {
    const reading = (async () => {
      for await (const part of result.fullStream) parts.push(part)
    })()
    await settle(DRAINING)
    world.note('reader', 'silence', { parts: parts.length })
    world.controller.abort(world.error('given up'))
    await reading
  },
}

const STREAMS = /stream$/i

/** Every promise of a stream result: what it gave, or that it is still open. */
async function promisesOf(result: StreamResult): Promise<Bag> {
  const names = gettersOf(result).filter((name) => !STREAMS.test(name))
  const seen: Bag = Object.fromEntries(names.map((name) => [name, '<open>']))
  for (const name of names) {
    const value: unknown = Reflect.get(result, name)
    Promise.resolve(value).then(
      (given) => {
        seen[name] = given
      },
      (error: unknown) => {
        seen[name] = { rejected: error }
      },
    )
  }
  await settle()
  return seen
}

/** The fields of a result object, whether stored or computed. */
export function fieldsOf(result: Bag): Bag {
  const names = [...Object.keys(result).filter((name) => !name.startsWith('_')), ...gettersOf(result)]
  return Object.fromEntries(names.map((name) => [name, read(result, name)]))
}

function read(result: Bag, name: string): unknown {
  try {
    return result[name]
  } catch (error) {
    return { thrown: error }
  }
}

function gettersOf(result: object): string[] {
  const prototype: unknown = Object.getPrototypeOf(result)
  if (typeof prototype !== 'object' || prototype === null) return []
  const own = Object.entries(Object.getOwnPropertyDescriptors(prototype))
  return own.flatMap(([name, member]) => (member.get === undefined ? [] : [name]))
}
