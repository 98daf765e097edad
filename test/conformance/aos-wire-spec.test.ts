// Outside data about the AOS wire, found through AOS_SPEC_DIR: the published schema, its errata, messages of others.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { PolicyResponse } from '@aos/guardian'
import addFormats from 'ajv-formats'
import Ajv2020 from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'

import * as validators from '../../packages/guardian/src/generated/aos-validators.ts'
import type { WireStep } from '../../packages/guardian/src/wire/codec.ts'
import { codecOf } from '../../packages/guardian/src/wire/codecs.ts'
import { decodeRequest } from '../../packages/guardian/src/wire/decode-request.ts'
import { encodePing } from '../../packages/guardian/src/wire/ping.ts'

const spec = process.env['AOS_SPEC_DIR']

function read<T>(name: string): T {
  return JSON.parse(readFileSync(join(spec ?? '', 'aos', name), 'utf8')) as T
}

type Validate = (message: unknown) => boolean
type Json = Record<string, unknown>

interface Operation {
  op: 'add' | 'replace' | 'move'
  path: string
  from?: string
  value?: unknown
}

interface Canonical {
  name: string
  def: string
  published: boolean
  errata: boolean
  message: Json
}

interface Example {
  id: string
  schema?: string
  def: string | null
  method: string
  direction: string
  validErrata: boolean
  example: Json
}

// what the published schema calls the messages, and what ours does
const NAMES: Readonly<Record<string, Validate>> = {
  AgentTriggerStep: validators.validateAgentTriggerRequest,
  MessageStep: validators.validateMessageRequest,
  ToolCallRequestStep: validators.validateToolCallRequest,
  ToolCallResultStep: validators.validateToolCallResultRequest,
  KnowledgeRetrievalStep: validators.validateKnowledgeRetrievalRequest,
  MemoryContextRetrievalStep: validators.validateMemoryContextRetrievalRequest,
  MemoryStoreStep: validators.validateMemoryStoreRequest,
  MCPMessage: validators.validateMcpRequest,
  A2AMessageSend: validators.validateA2aMessageSendRequest,
  A2AMessageStream: validators.validateA2aMessageStreamRequest,
  A2ATaskGet: validators.validateA2aTaskGetRequest,
  A2ATasksCancel: validators.validateA2aTaskCancelRequest,
  A2ATasksResubscribe: validators.validateA2aTaskResubscribeRequest,
  A2ATaskPushNotificationConfigSet: validators.validateA2aPushConfigSetRequest,
  A2ATaskPushNotificationConfigGet: validators.validateA2aPushConfigGetRequest,
  PingRequest: validators.validatePingRequest,
  PingRequestSuccessResponse: validators.validatePingResponse,
  ASOPSuccessResponse: validators.validateDecisionResponse,
  JSONRPCErrorResponse: validators.validateErrorResponse,
  ASOPRequest: validators.validateAosRequest,
  ASOPResponse: validators.validateAosResponse,
}

function ours(def: string): Validate {
  const validate = NAMES[def]
  if (validate === undefined) throw new Error(`nothing of ours is ${def}`)
  return validate
}

/** Validators of the published schema, as it stands or as the errata correct it. */
function theirs(schema: Json): (def: string) => Validate {
  const ajv = new Ajv2020.default({ strict: false, validateSchema: false })
  addFormats.default(ajv)
  const { $schema: _dialect, ...rest } = schema
  ajv.addSchema({ $id: 'https://published.example/aos', ...rest })
  const compiled = new Map<string, Validate>()
  return (def) => {
    const known = compiled.get(def)
    if (known !== undefined) return known
    const made = ajv.compile({ $ref: `https://published.example/aos#/$defs/${def}` })
    compiled.set(def, made)
    return made
  }
}

function corrected(): Json {
  const schema = read<Json>('aos_schema.json')
  const errata = read<{ ops: Operation[] }[]>('errata.json')
  for (const operation of errata.flatMap(({ ops }) => ops)) apply(schema, operation)
  return schema
}

function apply(schema: Json, { op, path, from, value }: Operation): void {
  put(schema, tokens(path), op === 'move' ? take(schema, tokens(from ?? '')) : value)
}

function tokens(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function parentOf(root: unknown, path: readonly string[]): { parent: Json; key: string } {
  let parent = root as Json
  for (const token of path.slice(0, -1)) parent = parent[token] as Json
  return { parent, key: path.at(-1) ?? '' }
}

function put(root: unknown, path: readonly string[], value: unknown): void {
  const { parent, key } = parentOf(root, path)
  if (Array.isArray(parent) && key === '-') parent.push(value)
  else if (value === undefined) delete parent[key]
  else parent[key] = value
}

function take(root: unknown, path: readonly string[]): unknown {
  const { parent, key } = parentOf(root, path)
  const value = parent[key]
  delete parent[key]
  return value
}

function placesOf(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, member]) => [
    [...path, key],
    ...placesOf(member, [...path, key]),
  ])
}

const REPLACEMENTS: readonly unknown[] = [
  undefined,
  null,
  true,
  7,
  0.5,
  'x',
  '2026-01-31T10:30:00Z',
  [],
  [7],
  {},
  { id: 'x' },
]

/** A message with every optional member, so that all of the schema is compared. */
function rich(canonical: readonly Canonical[]): Canonical[] {
  const find = (name: string): Canonical => {
    const found = canonical.find((entry) => entry.name === name)
    if (found === undefined) throw new Error(`there is no ${name}`)
    return structuredClone(found)
  }
  const trigger = find('agentTrigger')
  put(
    trigger.message,
    ['params', 'trigger', 'content'],
    [
      { kind: 'text', text: 't', metadata: { a: 1 } },
      { kind: 'file', file: { bytes: 'YQ==', name: 'f', mimeType: 'text/plain' }, metadata: {} },
      { kind: 'file', file: { uri: 'https://x.example', name: 'f', mimeType: 'text/plain' } },
      { kind: 'data', data: { a: 1 }, metadata: null },
    ],
  )
  const agent = ['params', 'context', 'agent']
  const organization = { id: 'o', name: 'n', metadata: null }
  const argument = { name: 'q', id: 'i', description: 'd', type: 'string', mimeType: null, required: true }
  put(
    trigger.message,
    [...agent, 'tools'],
    [
      {
        name: 'n',
        id: 'i',
        type: 't',
        description: 'd',
        arguments: [argument],
        outputs: [argument],
        metadata: {},
      },
      { name: 'n', id: 'i', type: 't', arguments: null, outputs: null },
    ],
  )
  put(trigger.message, [...agent, 'mcpServers'], [{ name: 'n', version: 'v' }])
  put(
    trigger.message,
    [...agent, 'resources'],
    [{ id: 'i', name: 'n', content: 'c', description: 'd', mimeType: 'm', metadata: {} }],
  )
  put(trigger.message, [...agent, 'model'], {
    id: 'i',
    name: 'n',
    provider: { name: 'n', metadata: {} },
    type: 'chat',
    maxTokens: 1,
    defaultParams: {},
    contextWindow: 1,
    stopSequences: ['x'],
    metadata: {},
  })
  put(trigger.message, [...agent, 'organization'], organization)
  put(trigger.message, ['params', 'context', 'user'], {
    id: 'u',
    name: 'n',
    email: 'e',
    organization,
    metadata: {},
  })
  const message = find('message agent')
  put(
    message.message,
    ['params', 'citations'],
    [
      { kind: 'file', id: 'i', name: 'n', url: 'u' },
      { kind: 'site', url: 'u' },
    ],
  )
  const ping = find('ping spec form')
  put(ping.message, ['params', 'timeout'], 5000)
  put(ping.message, ['params', 'metadata'], {})
  const denial = find('deny')
  put(denial.message, ['result', 'data'], {})
  put(denial.message, ['result', 'reasonCode'], ['x'])
  put(denial.message, ['result', 'reasoning'], 'r')
  const asRequest = { ...find('tasks/get client (full agent with url)'), def: 'ASOPRequest' }
  return [trigger, message, ping, denial, asRequest, { ...find('modify'), def: 'ASOPResponse' }]
}

describe.skipIf(spec === undefined)('AOS messages of others (needs AOS_SPEC_DIR)', () => {
  test('our schema judges the canonical messages as the corrected schema does', () => {
    const canonical = read<Canonical[]>('canonical.json')
    expect(canonical).toHaveLength(50)
    const correct = theirs(corrected())
    for (const { name, def, errata, message } of canonical) {
      expect([name, ours(def)(message)]).toEqual([name, errata])
      expect([name, correct(def)(message)]).toEqual([name, errata])
    }
  })

  test('our schema judges the documented messages as the corrected schema does', () => {
    const examples = read<Example[]>('examples.json').filter(({ schema }) => schema === 'aos')
    expect(examples).toHaveLength(38)
    for (const { id, def, validErrata, example } of examples) {
      if (def !== null) expect([id, ours(def)(example)]).toEqual([id, validErrata])
    }
  })

  test('our schema and the corrected one agree on messages with members changed and taken out', () => {
    const canonical = read<Canonical[]>('canonical.json')
    const correct = theirs(corrected())
    const verdicts = { accepted: 0, refused: 0 }
    for (const { name, def, message } of [...canonical, ...rich(canonical)]) {
      for (const path of placesOf(message)) {
        for (const replacement of REPLACEMENTS) {
          const changed = structuredClone(message)
          put(changed, path, structuredClone(replacement))
          const verdict = ours(def)(changed)
          if (verdict !== correct(def)(changed))
            expect.fail(
              `${name}: we ${verdict ? 'accept' : 'refuse'} ${path.join('/')} = ${JSON.stringify(replacement)}`,
            )
          verdicts[verdict ? 'accepted' : 'refused'] += 1
        }
      }
    }
    expect(Math.min(verdicts.accepted, verdicts.refused)).toBeGreaterThan(1000)
  })

  test('read leniently, every documented message is one; strictly, all but the seven that the corrected schema refuses', () => {
    const examples = read<Example[]>('examples.json').filter(({ schema }) => schema === 'aos')
    let sent: WireStep | undefined
    const refused: string[] = []
    for (const { id, direction, example } of examples) {
      if (direction === 'request') {
        const read = decodeRequest(example)
        expect([id, read.ok]).toEqual([id, true])
        sent = read.ok ? read.step : undefined
        if (!decodeRequest(example, { lenient: false }).ok) refused.push(id)
        continue
      }
      if (sent === undefined) throw new Error(`${id} answers nothing`)
      const codec = codecOf('aos-0.1')
      expect([id, codec.decodeResponse(sent, example).ok]).toEqual([id, true])
      if (!codec.decodeResponse(sent, example, { lenient: false }).ok) refused.push(id)
    }
    expect(refused).toEqual(examples.filter(({ validErrata }) => !validErrata).map(({ id }) => id))
    expect(refused).toHaveLength(7)
  })

  test('the landing page: its request is read, its answer modifies, and strictly it needs an id', () => {
    const examples = read<Example[]>('examples.json').filter(({ method }) => method === 'guardian/evaluate')
    const [request, response] = examples.map(({ example }) => example)
    const decoded = decodeRequest(request)
    if (!decoded.ok) throw new Error(JSON.stringify(decoded.error))
    const { step, codec } = decoded
    expect({ ...step, codec }).toMatchObject({
      codec: 'landing',
      idless: true,
      hook: 'toolCallRequest',
      toolName: 'database_query',
      value: { query: 'SELECT * FROM customers' },
      session: { id: 'sess_123', generated: false },
    })
    const answer = codecOf('landing').decodeResponse(step, response)
    expect(answer).toMatchObject({
      ok: true,
      decision: { action: 'MODIFY', modifications: { query: 'SELECT id, name FROM customers LIMIT 100' } },
    })
    const printed = codecOf('landing').encodeResponse(step, answer.ok ? answer.decision : deny())
    expect(printed).toEqual({ ...response, id: null })
    expect(decodeRequest(request, { lenient: false }).ok).toBe(false)
  })

  test('the literal dialect is valid as published, where the published schema can be met', () => {
    const published = theirs(read<Json>('aos_schema.json'))
    const codec = codecOf('aos-0.1-literal')
    const canonical = read<Canonical[]>('canonical.json')
    const requests = canonical.filter(
      ({ message, errata }) => errata && typeof message['method'] === 'string',
    )
    const verdicts = new Map<string, boolean>()
    for (const { def, message } of requests) {
      const decoded = decodeRequest(message)
      const isPing = message['method'] === 'ping'
      if (!decoded.ok && !isPing) throw new Error(JSON.stringify(decoded.error))
      const encoded = decoded.ok
        ? codec.encodeRequest(decoded.step)
        : encodePing({ id: 'p', timestamp: 0 }, 'aos-0.1-literal')
      expect([def, ours(def)(encoded)]).toEqual([def, true])
      verdicts.set(encoded.method, published(def)(encoded) && verdicts.get(encoded.method) !== false)
    }
    const unmet = [...verdicts].filter(([, verdict]) => !verdict).map(([method]) => method)
    expect(verdicts.size).toBe(16)
    expect(unmet.toSorted()).toEqual([
      'tasks/get',
      'tasks/pushNotificationConfig/get',
      'tasks/pushNotificationConfig/set',
    ])
  })
})

function deny(): PolicyResponse {
  return new PolicyResponse({ decision: 'deny', message: 'unreadable' })
}
