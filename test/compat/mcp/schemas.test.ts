// What crosses a connection of which one side is gated, against the official JSON Schemas of MCP, found through AOS_SPEC_DIR.
import { allow, deny, modify } from '@aos/sdk'
import addFormats from 'ajv-formats'
import Ajv from 'ajv'
import Ajv2020 from 'ajv/dist/2020.js'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { recordedSpans } from '../../support/recorded-spans.ts'
import { outcomeOf } from './kit/applications.ts'
import type { Connection, Role } from './kit/connect.ts'
import { follow, sent } from './kit/exchange.ts'
import { connectInstrumented, newWorker, type Worker } from './kit/instrumented.ts'
import { isOwnMessage, KINDS, type Kind } from './kit/kinds.ts'
import { LINES } from './kit/lines.ts'
import { SDK_2_OLDER } from './kit/sdk-2.ts'
import type { Crossed, Frame } from './kit/tap.ts'

const spec = process.env['AOS_SPEC_DIR']
const ROLES: readonly Role[] = ['client', 'server']
const ALL = [SDK_2_OLDER, ...LINES]

describe.skipIf(spec === undefined)('messages and the schemas of MCP (needs AOS_SPEC_DIR)', () => {
  describe.each(ALL)('$name', (line) => {
    test.each(ROLES)('are valid whatever was decided of them, with the %s gated', async (role) => {
      const agent = newWorker({ tracerProvider: recordedSpans().provider })
      const connection = await connectInstrumented({ line, over: 'memory', role }, agent)
      try {
        await follow(connection)
        for (const kind of KINDS.filter((one) => one.missing?.(line, 'memory', role) === undefined))
          await everyWay(kind, { agent, connection, role })
        if (line.stateless) await outcomeOf(connection.request('tools/call', { name: 'ask', arguments: {} }))
      } finally {
        await connection.close()
      }
      const { wire } = connection
      expect(problemsOf(wire, line.protocol)).toEqual([])
      expect(wire.length).toBeGreaterThan(100)
      expect(JSON.stringify(wire)).toContain('traceparent')
      // a client of the stateless protocol is asked nothing that it could refuse
      const refused = wire.some(({ frame }) => frame.error?.code === -32010)
      expect(refused).toBe(!line.stateless || role === 'server')
    })
  })

  test('find what is wrong', () => {
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'read' } }
    const frames: Frame[] = [
      { ...call, params: {} },
      call,
      { jsonrpc: '2.0', id: 1, result: { content: 'text' } },
      { jsonrpc: '2.0', id: 1, error: { code: 'a text', message: 'm' } },
      { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'loud', data: 1 } },
    ]
    const wire: Crossed[] = frames.map((frame) => ({
      to: frame.method === undefined ? 'client' : 'server',
      frame,
    }))
    for (const { protocol } of ALL)
      expect(problemsOf(wire, protocol)).toHaveLength(protocol === '2026-07-28' ? 5 : 4)
  })
})

/** Has a message of a kind allowed, denied, modified, and the same of its answer. */
async function everyWay(
  kind: Kind,
  {
    agent,
    connection,
    role,
  }: { readonly agent: Worker; readonly connection: Connection; readonly role: Role },
): Promise<void> {
  for (const leg of ['request', 'response'] as const) {
    if (leg === 'response' && !kind.asks) continue
    const verdicts = [
      () => allow(),
      () => deny('not this one'),
      (given: Record<string, unknown>) =>
        modify({ ...given, ...(leg === 'request' ? kind.changed : kind.changedAnswer) }),
    ]
    for (const verdict of verdicts) {
      const ids = new Set<unknown>()
      const stop = agent.registerHook('mcp', ({ protocol, parameters }) => {
        if (protocol?.method !== kind.method) return allow()
        if (protocol.leg === 'request' && isOwnMessage(kind, parameters)) ids.add(protocol.id)
        return protocol.leg === leg && ids.has(protocol.id) ? verdict(parameters) : allow()
      })
      await sent(kind, connection, role === 'client').finally(stop)
    }
  }
}

type Validate = (value: unknown) => boolean
interface Schema {
  readonly definitions: Readonly<Record<string, { properties?: { method?: { const?: string } } }>>
  readonly validate: (definition: string, value: unknown) => string | undefined
}

const schemas = new Map<string, Schema>()

function schemaOf(version: string): Schema {
  const known = schemas.get(version)
  if (known !== undefined) return known
  const path = join(spec ?? '', 'mcp', `mcp-${version}.schema.json`)
  const schema = JSON.parse(readFileSync(path, 'utf8')) as { $defs?: object; definitions?: object }
  const key = schema.$defs === undefined ? 'definitions' : '$defs'
  const ajv = key === '$defs' ? new Ajv2020.default({ strict: false }) : new Ajv.default({ strict: false })
  addFormats.default(ajv as never)
  ajv.addSchema({ ...schema, $id: 'https://published.example/mcp' })
  const compiled = new Map<string, Validate & { errors?: unknown }>()
  const made: Schema = {
    definitions: schema[key] as Schema['definitions'],
    validate(definition, value) {
      const validate =
        compiled.get(definition) ??
        (ajv.compile({ $ref: `https://published.example/mcp#/${key}/${definition}` }) as Validate)
      compiled.set(definition, validate)
      return validate(value)
        ? undefined
        : `${definition}: ${JSON.stringify((validate as { errors?: unknown }).errors)}`
    },
  }
  schemas.set(version, made)
  return made
}

/** What the schema of a version says against messages; an answer is held against what was asked before. */
function problemsOf(wire: readonly Crossed[], version: string): string[] {
  const schema = schemaOf(version)
  const asked = new Map<unknown, string>()
  return wire.flatMap(({ to, frame }) => {
    const { method, id } = frame
    const other = to === 'client' ? 'server' : 'client'
    if (method !== undefined && id !== undefined) asked.set(`${to} ${JSON.stringify(id)}`, method)
    const answered = method ?? asked.get(`${other} ${JSON.stringify(id)}`)
    const problem = problemOf(schema, frame, answered)
    return problem === undefined ? [] : [`${JSON.stringify(frame).slice(0, 300)} ${problem}`]
  })
}

function problemOf(schema: Schema, frame: Frame, method: string | undefined): string | undefined {
  const { definitions, validate } = schema
  if (frame.error !== undefined)
    return validate('JSONRPCErrorResponse' in definitions ? 'JSONRPCErrorResponse' : 'JSONRPCError', frame)
  const [name] =
    Object.entries(definitions).find(([, { properties }]) => properties?.method?.const === method) ?? []
  if (name === undefined) return `nothing defines ${method ?? 'an answer to nothing'}`
  if (frame.method !== undefined)
    return (
      validate(frame.id === undefined ? 'JSONRPCNotification' : 'JSONRPCRequest', frame) ??
      validate(name, frame)
    )
  const result = name.replace(/Request$/, 'Result')
  if (`${result}Response` in definitions) return validate(`${result}Response`, frame)
  return (
    validate('JSONRPCResponse', frame) ??
    validate(result in definitions ? result : 'EmptyResult', frame.result)
  )
}
