// Every event of generated runs against the schemas of OCSF itself, found through AOS_SPEC_DIR.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { OCSFLogger, type OcsfEvent } from '@aos/trace'
import addFormats from 'ajv-formats'
import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ACT_KINDS, anyStory, liveStory } from '../support/agent-stories.ts'
import { startEventReceiver } from '../support/event-receiver.ts'

const spec = process.env['AOS_SPEC_DIR']

function compile(version: string): ValidateFunction {
  const folder = join(spec ?? '', 'ocsf')
  const file = readdirSync(folder).find(
    (name) => name.startsWith(`ocsf-${version}`) && name.endsWith('.json'),
  )
  if (file === undefined) throw new Error(`${folder} has no schema of OCSF ${version}`)
  const ajv = new Ajv2020.default({ allErrors: true, strict: false })
  addFormats.default(ajv)
  return ajv.compile(JSON.parse(readFileSync(join(folder, file), 'utf8')) as object)
}

describe.skipIf(spec === undefined)('OCSF, as its own schema has it (needs AOS_SPEC_DIR)', () => {
  test.each(['1.8.0', '1.9.0'] as const)('%s: every event of generated runs is valid', async (version) => {
    const validate = compile(version)
    const seen = new Set<number>()
    await fc.assert(
      fc.asyncProperty(anyStory, async (story) => {
        const events: OcsfEvent[] = []
        const logger = new OCSFLogger({ version, emit: (event) => void events.push(event) })
        await liveStory(story, [logger])
        await logger.close()
        for (const event of events) {
          const sent: unknown = JSON.parse(JSON.stringify(event))
          seen.add(event.type_uid ?? 0)
          const problems = validate(sent) ? [] : validate.errors?.filter(({ keyword }) => keyword !== 'if')
          expect({ problems, event: sent }).toEqual({ problems: [], event: sent })
        }
      }),
      { numRuns: 300, endOnFailure: true },
    )
    expect([...seen].toSorted((a, b) => a - b)).toEqual([
      200401, 502002, 600203, 600204, 600399, 600501, 600504, 600505, 600801,
    ])
  })

  test.each(['1.8.0', '1.9.0'] as const)('%s: events that were cut are valid', async (version) => {
    const validate = compile(version)
    await using siem = await startEventReceiver()
    siem.behave(({ body }) => (body.length > 4_500 ? 413 : 200))
    const logger = new OCSFLogger({ version, endpoint: siem.endpoint, spool: false })
    for (const kind of ACT_KINDS)
      for (const how of ['allow', 'deny', 'modify', 'throw'] as const) {
        const act = { kind, how, name: 'x'.repeat(400), text: 'word '.repeat(2_000), fails: how === 'allow' }
        const acts = [{ ...act, tokens: 1, inbound: how === 'deny' }]
        const whose = { agent: 'worker', version: undefined, session: undefined, user: undefined }
        await liveStory({ ...whose, capture: 'full', acts }, [logger])
      }
    await logger.close(60_000)
    const { created, delivered } = logger.stats()
    expect(delivered).toBeGreaterThan(created * 0.9)
    const cut = siem.events.filter((event) => JSON.stringify(event).includes('"truncated":'))
    expect(cut.length).toBeGreaterThan(20)
    for (const event of siem.events) {
      const problems = validate(event) ? [] : validate.errors?.filter(({ keyword }) => keyword !== 'if')
      expect({ problems, event }).toEqual({ problems: [], event })
    }
  })

  test('the profile landing is what it says: not valid', async () => {
    const events: OcsfEvent[] = []
    const logger = new OCSFLogger({ profile: 'landing', emit: (event) => void events.push(event) })
    await liveStory(
      { agent: 'a', version: undefined, session: undefined, user: undefined, capture: 'off', acts: [] },
      [logger],
    )
    expect(events.map((event) => compile('1.8.0')(event))).toEqual([false])
  })
})
