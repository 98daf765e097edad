import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AOSInstrument, isAosError, type GuardedRun } from '@aos/sdk'
import { diag } from '@opentelemetry/api'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { startEventReceiver, type EventReceiver } from '../../../../test/support/event-receiver.ts'
import type { OcsfEvent } from './ocsf-event.ts'
import { OCSFLogger, type OcsfStats } from './ocsf-logger.ts'
import type { OCSFLoggerOptions } from './ocsf-options.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aos-ocsf-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Has an agent call a tool a number of times, and gives how many events that makes. */
async function act(logger: OCSFLogger, calls = 1): Promise<void> {
  const agent = new AOSInstrument(
    async (_input: string, aos: GuardedRun) => {
      for (let call = 0; call < calls; call += 1)
        await aos.toolCall({ toolName: `tool ${call}`, parameters: {} }, () => undefined)
    },
    { agent: { name: 'worker' }, sinks: [logger] },
  )
  await agent.run('go')
}

function expectBalanced({ created, recovered, delivered, spooled, dropped, queued }: OcsfStats): void {
  expect(delivered + spooled + dropped + queued).toBe(created + recovered)
}

/** A receiver that answers everything with a status, and another that is at its address once it is gone. */
async function refusing(status: number): Promise<EventReceiver & { restart(): Promise<EventReceiver> }> {
  const siem = await startEventReceiver()
  siem.behave(() => status)
  return {
    ...siem,
    // a request that is still on its way must not be taken
    async restart() {
      await siem[Symbol.asyncDispose]()
      return startEventReceiver(Number(new URL(siem.endpoint).port))
    },
  }
}

describe('events that are posted', () => {
  const open = (
    siem: Pick<EventReceiver, 'endpoint'>,
    options: Partial<OCSFLoggerOptions> = {},
  ): OCSFLogger => new OCSFLogger({ endpoint: siem.endpoint, apiKey: 'key-1', spool: folder, ...options })

  it('travel together, as an array, with a bearer token', async () => {
    await using siem = await startEventReceiver()
    const logger = open(siem)
    await act(logger, 20)
    await logger.close()
    expect(siem.requests).toMatchObject([
      { headers: { authorization: 'Bearer key-1', 'content-type': 'application/json' } },
    ])
    expect(logger.stats()).toMatchObject({ created: siem.events.length, delivered: siem.events.length })
  })

  it('are one on each line, with the key in a header of its own, where that is asked for', async () => {
    await using siem = await startEventReceiver()
    const logger = open(siem, { format: 'ndjson', apiKeyHeader: 'X-API-Key', headers: { 'X-Tenant': 't1' } })
    await act(logger)
    await logger.close()
    const [request] = siem.requests
    expect(request?.headers).toMatchObject({
      'x-api-key': 'key-1',
      'x-tenant': 't1',
      'content-type': 'application/x-ndjson',
    })
    expect(request?.headers.authorization).toBeUndefined()
    expect(request?.body.split('\n')).toHaveLength(logger.stats().created + 1)
  })

  it('are at most as many in one request as asked for', async () => {
    await using siem = await startEventReceiver()
    const logger = open(siem, { maxBatchEvents: 5 })
    await act(logger, 20)
    await logger.close()
    const sizes = siem.requests.map(({ body }) => (JSON.parse(body) as unknown[]).length)
    expect(Math.max(...sizes)).toBe(5)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(logger.stats().created)
  })

  it('are sent again after a refusal that can heal, in order and once each', async () => {
    await using siem = await startEventReceiver()
    siem.behave(({ count }) => (count === 1 ? { status: 503, headers: { 'retry-after': '0' } } : 200))
    const logger = open(siem)
    await act(logger, 3)
    await logger.flush()
    const uids = (siem.events as readonly OcsfEvent[]).map(({ metadata }) => metadata.uid)
    expect(siem.requests.map(({ status }) => status)).toEqual([503, 200])
    expect(new Set(uids).size).toBe(logger.stats().created)
    await logger.close()
  })

  verifies(
    'ocsf.accounting',
    'are divided where the receiver finds them too large, and one that is too large alone is dropped',
    async () => {
      await using siem = await startEventReceiver()
      siem.behave(({ body }) => {
        const events = JSON.parse(body) as readonly OcsfEvent[]
        return events.length > 3 || events.some(({ class_uid: uid }) => uid === 5020) ? 413 : 200
      })
      const logger = open(siem)
      await act(logger, 2)
      await logger.close()
      const { created, delivered, dropped } = logger.stats()
      expect({ delivered, dropped }).toEqual({ delivered: created - 2, dropped: 2 })
      expect(siem.events).toHaveLength(delivered)
    },
  )

  it('that the receiver calls wrong are dropped and counted', async () => {
    await using siem = await startEventReceiver()
    siem.behave(() => 400)
    const logger = open(siem)
    await act(logger)
    await logger.close()
    const stats = logger.stats()
    expect(stats).toMatchObject({ delivered: 0, spooled: 0, dropped: stats.created })
  })

  verifies(
    'ocsf.spool',
    'wait on disk while the receiver is down, without the key, and are sent by the next logger',
    async () => {
      const down = await refusing(503)
      const logger = open(down)
      await act(logger)
      await logger.close(50)
      const stats = logger.stats()
      expect(stats).toMatchObject({ delivered: 0, dropped: 0, spooled: stats.created, queued: 0 })
      const [name = ''] = readdirSync(folder)
      const spool = join(folder, name)
      expect(statSync(spool).mode & 0o777).toBe(0o700)
      for (const file of readdirSync(spool))
        expect(readFileSync(join(spool, file), 'latin1')).not.toContain('key-1')
      await using siem = await down.restart()
      const next = open(siem)
      await next.flush()
      expect(siem.events).toHaveLength(stats.created)
      expect(next.stats()).toMatchObject({ created: 0, recovered: stats.created, delivered: stats.created })
      await next.close()
    },
  )

  verifies('ocsf.spool', 'of one account are not sent with the key of another', async () => {
    vi.stubEnv('XDG_STATE_HOME', folder)
    try {
      const down = await refusing(503)
      const logger = open(down, { spool: undefined })
      await act(logger)
      await logger.close(50)
      await using siem = await down.restart()
      const other = open(siem, { spool: undefined, apiKey: 'key-2' })
      await other.flush()
      expect(siem.events).toEqual([])
      await other.close()
      const same = open(siem, { spool: undefined })
      await same.flush()
      expect(siem.events).toHaveLength(logger.stats().created)
      await same.close()
    } finally {
      vi.unstubAllEnvs()
    }
  })

  it('are found again with a new key in a folder that was chosen', async () => {
    const down = await refusing(401)
    const logger = open(down)
    await act(logger)
    await logger.close(50)
    await using siem = await down.restart()
    const next = open(siem, { apiKey: 'key-2' })
    await next.flush()
    expect(siem.events).toHaveLength(logger.stats().created)
    await next.close()
  })

  it('survive whatever ends the process, unless that is not wanted', async () => {
    await using siem = await startEventReceiver()
    siem.behave(() => 503)
    const kept = async (
      options: Partial<OCSFLoggerOptions>,
    ): Promise<readonly [onDisk: number, created: number]> => {
      const logger = open(siem, { scheduleDelayMs: 60_000, ...options })
      await act(logger)
      await logger.flush(0)
      const [name = ''] = readdirSync(folder)
      const files = readdirSync(join(folder, name)).map((file) =>
        readFileSync(join(folder, name, file), 'utf8'),
      )
      await logger.close(0)
      rmSync(join(folder, name), { recursive: true })
      return [files.join('').match(/"class_uid":/g)?.length ?? 0, logger.stats().created]
    }
    const [onDisk, created] = await kept({})
    expect(onDisk).toBe(created)
    const [without] = await kept({ writeAhead: false })
    expect(without).toBe(0)
  })

  it('are sent in smaller requests where they are too many, and later ones are kept below that', async () => {
    await using siem = await startEventReceiver()
    siem.behave(({ body }) => (body.length > 20_000 ? 413 : 200))
    const logger = open(siem)
    await act(logger, 60)
    await logger.flush()
    const refused = siem.requests.filter(({ status }) => status === 413).length
    expect(refused).toBeGreaterThan(0)
    await act(logger, 60)
    await logger.close()
    expect(logger.stats()).toMatchObject({ delivered: logger.stats().created, dropped: 0, queued: 0 })
    expect(siem.events).toHaveLength(logger.stats().created)
    expect(siem.requests.filter(({ status }) => status === 413)).toHaveLength(refused)
  })

  verifies(
    'ocsf.accounting',
    'lose their longest texts, or are counted, where one alone is too large',
    async () => {
      await using siem = await startEventReceiver()
      const logger = open(siem)
      const agent = new AOSInstrument(
        (_input: string, aos: GuardedRun) =>
          aos.toolCall({ toolName: 'search', parameters: { text: 'word '.repeat(20_000) } }, () => undefined),
        { agent: { name: 'worker' }, sinks: [logger], capture: 'full' },
      )
      siem.behave(({ body }) => (body.length > 8_000 ? 413 : 200))
      await agent.run('go')
      await logger.flush()
      expect(logger.stats()).toMatchObject({ delivered: logger.stats().created, dropped: 0 })
      const cut = siem.events.filter((event) => JSON.stringify(event).includes('"truncated":'))
      expect(cut).toMatchObject([
        {
          class_uid: 6003,
          unmapped: { aos: { truncated: [expect.stringMatching(/^unmapped\.aos\.step\.input 1\d{5} /)] } },
        },
      ])
      siem.behave(() => 413)
      const before = logger.stats()
      await agent.run('go')
      await logger.close()
      expect(logger.stats()).toMatchObject({ delivered: before.delivered, queued: 0, spooled: 0 })
      expect(logger.stats().dropped).toBe(logger.stats().created - before.created)
      expectBalanced(logger.stats())
    },
  )

  it('hold no half of a surrogate pair', async () => {
    await using siem = await startEventReceiver()
    const logger = open(siem)
    const agent = new AOSInstrument(
      (_input: string, aos: GuardedRun) =>
        aos.toolCall({ toolName: 'half \ud83e', parameters: {} }, () => 'whole 🧪, literally \\ud83e'),
      { sinks: [logger] },
    )
    await agent.run('go')
    await logger.close()
    const texts = siem.requests.map(({ body }) => body).join('')
    expect(texts).toContain('half \ufffd')
    expect(JSON.stringify(siem.events)).toContain(JSON.stringify('whole 🧪, literally \\ud83e'))
    expect(texts.replaceAll(String.raw`\\`, '')).not.toContain(String.raw`\ud83e`)
  })

  verifies(
    'ocsf.accounting',
    'beyond the bound are dropped, the newest first, and never held the agent up',
    async () => {
      await using siem = await startEventReceiver()
      siem.behave(() => 'hang')
      const logger = open(siem, { spool: false, maxQueueBytes: 20_000 })
      await act(logger, 50)
      const stats = logger.stats()
      expect(stats.dropped).toBeGreaterThan(0)
      expect(stats.queued).toBeGreaterThan(0)
      expectBalanced(stats)
      await logger.close(0)
      expect(logger.stats()).toMatchObject({ delivered: 0, queued: 0, dropped: stats.created })
    },
  )
})

describe('events that are written to a file', () => {
  it('are appended, one on each line, readable by the owner only', async () => {
    const file = join(folder, 'deep', 'events.ndjson')
    for (let round = 1; round <= 2; round += 1) {
      const logger = new OCSFLogger({ file })
      await act(logger)
      await logger.close()
      const { created, delivered } = logger.stats()
      expect(delivered).toBe(created)
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
      expect(lines).toHaveLength(created * round)
      for (const line of lines) expect(JSON.parse(line)).toHaveProperty('class_uid')
    }
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('begin a new file where one grows too large', async () => {
    const logger = new OCSFLogger({
      file: { path: join(folder, 'e.ndjson'), maxBytes: 100_000, maxFiles: 3 },
    })
    await act(logger, 200)
    await logger.close()
    expect(readdirSync(folder).toSorted()).toEqual(['e.ndjson', 'e.ndjson.1', 'e.ndjson.2'])
    for (const file of readdirSync(folder))
      expect(statSync(join(folder, file)).size).toBeLessThanOrEqual(100_000)
  })

  verifies('ocsf.accounting', 'are dropped and counted where nothing can be written', async () => {
    const logger = new OCSFLogger({ file: folder })
    await act(logger)
    await logger.close()
    const { created, dropped } = logger.stats()
    expect(dropped).toBe(created)
  })
})

describe('events that a function takes', () => {
  it('come one at a time, in order, while it takes its time', async () => {
    const seen: string[] = []
    let busy = 0
    let most = 0
    const logger = new OCSFLogger({
      emit: async ({ metadata }) => {
        most = Math.max(most, (busy += 1))
        await Promise.resolve()
        seen.push(String(metadata['sequence']))
        busy -= 1
      },
    })
    await act(logger, 5)
    await logger.close()
    expect(most).toBe(1)
    expect(seen).toEqual(seen.toSorted((a, b) => Number(a) - Number(b)))
    expect(logger.stats()).toMatchObject({ created: seen.length, delivered: seen.length, queued: 0 })
  })

  verifies(
    'ocsf.accounting',
    'are dropped and counted where it throws, rejects, or never answers',
    async () => {
      let call = 0
      const failing = new OCSFLogger({
        emit: () => {
          call += 1
          if (call % 2 === 0) throw new Error('no')
          return Promise.reject(new Error('no'))
        },
      })
      await act(failing)
      await failing.close()
      expect(failing.stats()).toMatchObject({ delivered: 0, queued: 0, dropped: failing.stats().created })
      const silent = new OCSFLogger({ emit: () => new Promise(() => undefined), maxQueueBytes: 5_000 })
      await act(silent, 10)
      expectBalanced(silent.stats())
      await silent.close(0)
      expect(silent.stats().dropped).toBeGreaterThan(silent.stats().created - 2)
      expectBalanced(silent.stats())
    },
  )
})

describe('options', () => {
  const endpoint = 'https://siem.example.com/ocsf'
  it.each<[unknown, string]>([
    [{}, 'no receiver'],
    [undefined, 'not an object'],
    [{ endpoint, file: 'x' }, 'more than one receiver'],
    [{ endpoint: 'ftp://x' }, 'option endpoint'],
    [{ endpoint: 'nowhere' }, 'option endpoint'],
    [{ endpoint: 'https://user:secret@siem.example.com' }, 'option endpoint'],
    [{ endpoint, api_key: 'k' }, 'option api_key'],
    [{ endpoint, apiKey: '' }, 'option apiKey'],
    [{ endpoint, apiKey: 'a\nb' }, 'option apiKey'],
    [{ endpoint, apiKeyHeader: 'X-API-Key' }, 'option apiKeyHeader'],
    [{ endpoint, apiKey: 'k', apiKeyHeader: 'not a header' }, 'option apiKey'],
    [{ endpoint, headers: { a: 1 } }, 'option headers'],
    [{ endpoint, version: '1.1.0' }, 'option version'],
    [{ endpoint, profile: 'seed' }, 'option profile'],
    [{ endpoint, product: { vendor: 'x' } }, 'option product'],
    [{ file: 'x', apiKey: 'k' }, 'option apiKey'],
    [{ emit: () => undefined, spool: false }, 'option spool'],
    [{ endpoint, maxBatchEvents: 0 }, 'option maxBatchEvents'],
  ])('%j are refused', (options, message) => {
    try {
      expect(new OCSFLogger(options as OCSFLoggerOptions)).toBe('refused')
    } catch (error) {
      expect(isAosError(error, 'invalid_options')).toBe(true)
      expect(String(error)).toContain(message)
      expect(String(error)).not.toContain('a\nb')
    }
  })

  it.each([
    ['http://siem.example.com', 1],
    ['https://siem.example.com', 0],
    ['http://127.0.0.1:9', 0],
    ['http://localhost:9', 0],
  ])('warn of a key that travels in the open (%s)', async (address, warnings) => {
    const said: string[] = []
    const silent = (): void => undefined
    const warn = (message: string): void => void said.push(message)
    diag.setLogger({ warn, error: silent, info: silent, debug: silent, verbose: silent })
    const logger = new OCSFLogger({ endpoint: address, apiKey: 'k', spool: false })
    diag.disable()
    await logger.close(0)
    expect(said.filter((message) => message.includes('key travels over http'))).toHaveLength(warnings)
  })

  it('name the product of the events', async () => {
    const events: OcsfEvent[] = []
    const product = { name: 'support-desk', vendor_name: 'Example Corp', version: '3' }
    const logger = new OCSFLogger({ product, emit: (event) => void events.push(event) })
    await act(logger)
    await logger.close()
    expect(events.map(({ metadata }) => metadata.product)).toEqual(events.map(() => product))
  })
})
