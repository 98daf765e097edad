// What agents of every adapter are told and say, against the activity events of what they do.
import { agentActivitySink, parseAgentActivity } from '@aos/records/activity'
import type { AOSOptions } from '@aos/sdk'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect } from 'vitest'
import { verifies } from '../../conformance/verifies.ts'
import { STORIES } from '../outputs/agents.ts'
import { Canaries, plainIn } from '../outputs/canaries.ts'
import { everyOutput } from '../outputs/every-output.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aos-activity-outputs-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** The file of events of one agent of each adapter. */
async function toldBy(capture: NonNullable<AOSOptions['capture']>): Promise<string> {
  const file = join(folder, 'activity.ndjson')
  const sink = agentActivitySink({ source: { kind: 'custom_connector', name: 'test' }, file })
  const outputs = await everyOutput({ capture, protocol: 'http/json' })
  const wire: typeof outputs.wire = (agent) => {
    agent.attachLogger(sink)
    return outputs.wire(agent)
  }
  for (const story of Object.values(STORIES)) await story({ ...outputs, wire }, new Canaries())
  await outputs.finish()
  await sink.close?.()
  return readFileSync(file, 'utf8')
}

describe('activity events of every adapter', () => {
  verifies(
    'agent-activity.secrets',
    'carry no secret, and are all valid, with everything captured',
    async () => {
      const text = await toldBy('full')
      const events = text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { readonly event_type: string; readonly event_id: string })
      expect(events.filter((event) => !parseAgentActivity(event).ok)).toEqual([])
      expect(new Set(events.map(({ event_id: id }) => id)).size).toBe(events.length)
      expect(new Set(events.map(({ event_type: type }) => type))).toEqual(
        new Set([
          'session.started',
          'tool.started',
          'tool.finished',
          'model.completed',
          'hook.blocked',
          'hook.observed',
          'agent.delegated',
          'component.changed',
          'session.finished',
        ]),
      )
      expect(new Canaries().findIn(text)).toEqual([])
      expect(plainIn(text)).toContain('toolArguments')
    },
  )

  verifies('agent-activity.secrets', 'carry no content where none is captured', async () => {
    const text = await toldBy('off')
    expect(new Canaries().findIn(text)).toEqual([])
    // reasons and messages of errors are recorded redacted
    expect(plainIn(text).filter((slot) => slot !== 'error' && slot !== 'hookReason')).toEqual([])
  })
})
