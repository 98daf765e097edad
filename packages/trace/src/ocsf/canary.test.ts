import { readFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sink } from '@aos/sdk'
import { expect, it } from 'vitest'
import { ACT_KINDS, liveStory, WAYS, type Act } from '../../../../test/support/agent-stories.ts'
import { AOSTraceStream } from '../stream/aos-trace-stream.ts'
import { OCSFLogger } from './ocsf-logger.ts'

const SECRETS = ['ghp_16C7e42F292c6912E7710c838347Ae178B4a', 'canary@example.com', '4111 1111 1111 1111']

const acts = ACT_KINDS.flatMap((kind) =>
  WAYS.flatMap((how) =>
    [true, false].map((odd): Act => ({
      kind,
      how,
      name: SECRETS[0] ?? '',
      text: SECRETS.join(' '),
      fails: odd,
      inbound: odd,
      tokens: 1,
    })),
  ),
)

it.each(['full', 'preview', 'off'] as const)('no output carries a secret (capture %s)', async (capture) => {
  const folder = mkdtempSync(join(tmpdir(), 'aos-canary-'))
  try {
    const told: unknown[] = []
    const emit = (event: unknown): void => void told.push(event)
    const file = join(folder, 'events.ndjson')
    const loggers = [
      new OCSFLogger({ emit }),
      new OCSFLogger({ emit, version: '1.9.0' }),
      new OCSFLogger({ emit, profile: 'landing' }),
      new OCSFLogger({ file }),
    ]
    const story = { agent: 'worker', version: '1', session: SECRETS[1], user: SECRETS[1], capture }
    const streams = acts.map(async (act) => {
      const sinks: Sink[] = []
      const stream = new AOSTraceStream({ attachSink: (sink) => (sinks.push(sink), () => undefined) })
      stream.on('event', emit)
      await stream.start()
      await liveStory({ ...story, acts: [act] }, [...loggers, ...sinks])
    })
    await Promise.all(streams)
    for (const logger of loggers) await logger.close()
    const output = JSON.stringify(told) + readFileSync(file, 'utf8')
    expect(told.length).toBeGreaterThan(1_000)
    expect(SECRETS.filter((secret) => output.includes(secret))).toEqual([])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
