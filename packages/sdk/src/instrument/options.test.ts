import { deepEqual, ok, throws } from 'node:assert/strict'
import { describe } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { AOSInstrument, isAosError, type AOSOptions } from '../index.ts'

const agent = async (): Promise<void> => undefined

const BAD: Readonly<Record<keyof AOSOptions, readonly unknown[]>> = {
  agent: [7, null, { name: '' }, { id: 'a|b' }, { version: 1 }],
  hooks: [7, null],
  expectedHooks: ['message', null, {}],
  requiredHooks: ['message', null, {}],
  toolKinds: [7, { search: 'knowlege' }],
  session: ['', 7],
  user: [7, {}, { id: '' }],
  trigger: ['by hand', 7],
  capture: ['none', true],
  redactor: [{}, () => '', { redactText: () => ({}) }],
  digestKey: ['', 7],
  sinks: [{}, [{}], [{ name: 'x' }], [{ name: '', accept: () => undefined }], [null]],
  tracerProvider: [{}, 7, null],
  conventions: ['newest', 2],
  spans: ['all', 7],
  handlerTimeoutMs: [0, -1, Number.NaN, Infinity, '5s'],
  onApproval: [true, {}],
  audit: [true, {}, { append: 'x' }],
  journal: [true, {}, { open: 'x' }],
  approvalTimeoutMs: [0, '1'],
  admissionTimeoutMs: [0, null],
  retrievalModify: ['yes', 1],
  onDeny: ['reject', 7],
  notice: ['', 7],
  streamGuard: ['off', 7],
  providerTools: ['deny', 7],
  idleTimeoutMs: [0, '1'],
  limits: [7, { toolCall: 1 }, { toolCalls: -1 }, { tokens: '10' }, { durationMs: Number.NaN }],
  price: [
    7,
    {},
    { models: {} },
    { date: 'today', models: {} },
    { date: '2026-01-01' },
    { date: '2026-01-01', models: { m: { input: 1 } } },
    { date: '2026-01-01', models: { m: { input: 1, output: -1 } } },
  ],
  signingKey: ['key', {}, 7],
  clock: [7],
  newId: [7, 'uuid'],
}

describe('options', () => {
  for (const [key, values] of Object.entries(BAD)) {
    verifies('aos-sdk.options', key, () => {
      for (const value of values) {
        throws(
          () => new AOSInstrument(agent, { [key]: value } as AOSOptions),
          (error) => {
            ok(isAosError(error, 'invalid_options'), `${String(value)}: ${String(error)}`)
            ok(error.message.includes(key) && error.fix !== undefined, error.message)
            return true
          },
        )
      }
    })
  }

  verifies('aos-sdk.options', 'an unknown one, a hook that does not exist, and no options at all', () => {
    throws(() => new AOSInstrument(agent, { capturing: 'off' } as never), {
      code: 'invalid_options',
      message: /capturing/,
      fix: /capture/,
    })
    throws(() => new AOSInstrument(agent, { hooks: { toolCall: () => undefined } } as never), {
      code: 'unknown_hook',
    })
    throws(() => new AOSInstrument(agent, { hooks: { message: true } } as never), { code: 'invalid_handler' })
    throws(() => new AOSInstrument(agent, null as never), { code: 'invalid_options' })
    throws(() => new AOSInstrument(agent, { toString: 1 } as never), { code: 'invalid_options' })
  })

  verifies('aos-sdk.options', 'what cannot be read is refused, with what was thrown as the cause', () => {
    const cause = new TypeError('not today')
    const fail = (): never => {
      throw cause
    }
    const unreadable = (traps: readonly (keyof ProxyHandler<object>)[]): never =>
      new Proxy({}, Object.fromEntries(traps.map((trap) => [trap, fail]))) as never
    const hostile = unreadable(['get', 'ownKeys'])
    const revoked = Proxy.revocable({}, {})
    revoked.revoke()
    const bad: readonly (readonly [AOSOptions, string])[] = [
      [Object.defineProperty({}, 'hooks', { get: fail, enumerable: true }), 'hooks'],
      [{ hooks: Object.defineProperty({}, 'message', { get: fail, enumerable: true }) }, 'hooks'],
      [{ hooks: { message: new Proxy([], { get: fail }) } }, 'hooks'],
      [unreadable(['ownKeys']), 'options'],
      [new Proxy({ session: 's' }, { get: fail }), 'session'],
      [revoked.proxy, 'options'],
      [{ agent: hostile }, 'agent'],
      [{ user: hostile }, 'user'],
      [{ limits: hostile }, 'limits'],
      [{ toolKinds: hostile }, 'toolKinds'],
      [{ price: hostile }, 'price'],
      [{ sinks: [hostile] }, 'sinks'],
      [{ redactor: hostile }, 'redactor'],
    ]
    const configured = AOSInstrument.fromConfig({ name: 'a' })
    for (const [options, name] of bad) {
      for (const make of [
        () => new AOSInstrument(agent, options),
        () => configured.instrument(agent, options),
      ])
        throws(make, (error) => {
          ok(isAosError(error, 'invalid_options'), `${name}: ${String(error)}`)
          ok(error.message.includes(`Option ${name} `) && error.why !== undefined && error.fix !== undefined)
          if (options !== revoked.proxy) deepEqual(error.cause, cause)
          return true
        })
    }
  })

  verifies('aos-sdk.options', 'each is read once', () => {
    let reads = 0
    const options: AOSOptions = {
      get session() {
        reads += 1
        return 's'
      },
    }
    ok(new AOSInstrument(agent, options))
    deepEqual(reads, 1)
  })

  verifies('aos-sdk.options', 'undefined is a default', () => {
    const description = new AOSInstrument(agent, {
      session: undefined,
      agent: undefined,
      limits: { toolCalls: undefined },
    } as never).describe()
    deepEqual(description.agent.name, 'agent')
  })

  verifies('aos-sdk.options', 'handlers are registered with options that mean something', () => {
    const instrumented = new AOSInstrument(agent)
    const bad: readonly unknown[] = [
      { timeoutMs: 0 },
      { timeoutMs: Number.NaN },
      { failOpen: true },
      { failOpen: { reason: ' ' } },
      { match: '' },
      { match: [7] },
      { prio: 1 },
      null,
    ]
    for (const options of bad)
      throws(() => instrumented.registerHook('message', () => undefined, options as never), {
        code: 'invalid_handler',
      })
  })
})

describe('configurations', () => {
  verifies('aos.seed.S04', 'half understood ones are refused, by the member that is wrong', () => {
    const bad: readonly (readonly [unknown, RegExp])[] = [
      [null, /the configuration must be an object/],
      [[], /the configuration/],
      [{ method: 'agent/delete', params: { name: 'a' } }, /method must be "agent\/create"/],
      [{ params: 7 }, /params/],
      [{ name: '' }, /name must be/],
      [{ name: 'a', aos: 7 }, /aos must be an object/],
      [{ name: 'a', aos: { instrumentation: { enabled: 'yes' } } }, /enabled must be true or false/],
      [{ name: 'a', aos: { instrumentation: { hooks: 'message' } } }, /hooks must be a list/],
      [{ name: 'a', aos: { instrumentation: { hooks: [null] } } }, /hooks\[0\] must be an object/],
      [
        { name: 'a', aos: { instrumentation: { hooks: [{ hook: 'message', require: true }] } } },
        /hooks\[0\]\.require must be left out/,
      ],
      [
        { name: 'a', aos: { instrumentation: { hooks: [{ hook: 'message', required: 1 }] } } },
        /hooks\[0\]\.required must be true or false/,
      ],
      [{ name: 'a', aos: { trace: { format: 'zipkin' } } }, /trace.format/],
      [{ name: 'a', aos: { trace: { format: 'opentelemetry', endpoint: 'nowhere' } } }, /endpoint/],
      [
        { name: 'a', aos: { trace: { format: 'opentelemetry', endpoint: 'file:///etc/passwd' } } },
        /endpoint/,
      ],
      [{ name: 'a', capabilities: { tools: [7] } }, /tools\[0\]/],
    ]
    for (const [config, message] of bad)
      throws(() => AOSInstrument.fromConfig(config), { code: 'invalid_config', message })
    deepEqual(AOSInstrument.fromConfig({ name: 'a' }).hooks, [])
  })

  verifies('aos.seed.S05', 'half understood manifests are refused, by the member that is wrong', () => {
    const metadata = { name: 'a' }
    const bad: readonly (readonly [unknown, RegExp])[] = [
      [{}, /kind/],
      [{ kind: 'Agent', spec: {} }, /metadata/],
      [{ kind: 'Agent', metadata: {}, spec: {} }, /metadata.name/],
      [{ kind: 'Agent', metadata }, /spec must be/],
      [{ kind: 'Agent', metadata, spec: { model: { provider: 7 } } }, /spec.model.provider/],
      [{ kind: 'Agent', metadata, spec: { observability: [] } }, /spec.observability/],
    ]
    for (const [manifest, message] of bad)
      throws(() => AOSInstrument.fromManifest(manifest), { code: 'invalid_config', message })
    const hooks = ['toolCallRequests']
    const unknown = {
      kind: 'Agent',
      metadata,
      spec: { observability: { aos: { instrumentation: { hooks } } } },
    }
    throws(() => AOSInstrument.fromManifest(unknown), { code: 'unknown_hook' })
  })
})
