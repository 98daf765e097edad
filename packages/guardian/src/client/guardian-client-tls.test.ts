import { isAosError } from '@aos/sdk'
import { TLSSocket } from 'node:tls'
import { afterEach, expect, test } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { createAuthority } from '../../../../test/support/certificates.ts'
import { wireStep } from '../../../../test/support/wire-step.ts'
import { codecOf } from '../wire/codecs.ts'
import {
  allows,
  startScriptedGuardian,
  type ScriptedGuardian,
} from '../../../../test/support/scripted-guardian.ts'
import { createGuardianClient, type GuardianClient, type GuardianClientOptions } from './guardian-client.ts'

const ours = createAuthority('our authority')
const other = createAuthority('another authority')
const started: { close(): Promise<void> }[] = []

afterEach(async () => {
  delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
  for (const each of started.splice(0).toReversed()) await each.close()
})

async function guardianAs(names: readonly string[], authority = ours): Promise<ScriptedGuardian> {
  const guardian = await startScriptedGuardian(allows, {
    tls: { ...authority.issue(names), ca: ours.ca, requestCert: true, rejectUnauthorized: false },
  })
  started.push(guardian)
  return guardian
}

function clientOf(guardian: ScriptedGuardian, tls: GuardianClientOptions['tls']): GuardianClient {
  const client = createGuardianClient({
    endpoint: guardian.url,
    codec: codecOf('aos-0.1'),
    tls,
    failOpen: { toolCallRequest: { reason: 'a test' } },
  })
  started.push(client)
  return client
}

verifies('guardian.client.tls', 'knows the guardian by its certificate and shows its own', async () => {
  const guardian = await guardianAs(['127.0.0.1'])
  const client = clientOf(guardian, { ca: ours.ca, ...ours.issue(['agent']) })
  expect(await client.decide(wireStep())).toMatchObject({ decision: 'allow' })
  expect(await client.decide(wireStep())).toMatchObject({ decision: 'allow' })
  const socket = guardian.requests[0]?.socket
  expect(socket).toBeInstanceOf(TLSSocket)
  expect(socket instanceof TLSSocket && socket.authorized).toBe(true)
  expect(guardian.connections).toBe(1)
})

test('takes names and keys as bytes, and a name that the certificate is for', async () => {
  const guardian = await guardianAs(['guardian.internal'])
  const client = clientOf(guardian, { ca: Buffer.from(ours.ca), servername: 'guardian.internal' })
  expect(await client.decide(wireStep())).toMatchObject({ decision: 'allow' })
})

const impostors: Record<string, () => Promise<[ScriptedGuardian, GuardianClientOptions['tls']]>> = {
  'a certificate of another authority': async () => [await guardianAs(['127.0.0.1'], other), { ca: ours.ca }],
  'a certificate for another name': async () => [await guardianAs(['guardian.internal']), { ca: ours.ca }],
  'a certificate of an authority that is not well-known': async () => [
    await guardianAs(['127.0.0.1']),
    undefined,
  ],
}

for (const [what, impostor] of Object.entries(impostors)) {
  verifies(
    'guardian.client.tls',
    `denies where the guardian shows ${what}, whatever the environment says`,
    async () => {
      process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
      const [guardian, tls] = await impostor()
      const client = clientOf(guardian, tls)
      expect(await client.decide(wireStep())).toMatchObject({
        decision: 'deny',
        reasonCode: ['guardian_untrusted'],
      })
      expect([guardian.requests.length, client.stats().requests]).toEqual([0, 1])
    },
  )
}

const options: Record<string, [string, object]> = {
  'that nothing is checked': ['https://127.0.0.1', { rejectUnauthorized: false }],
  'a certificate without its key': ['https://127.0.0.1', { cert: ours.issue(['agent']).cert }],
  'a key that is none': ['https://127.0.0.1', { ...ours.issue(['agent']), key: 'none' }],
  'certificates for a line that has none': ['http://127.0.0.1', { ca: ours.ca }],
}

for (const [what, [endpoint, tls]] of Object.entries(options)) {
  test(`refuses ${what}`, () => {
    expect(() => createGuardianClient({ endpoint, codec: codecOf('aos-0.1'), tls })).toThrow(
      expect.toSatisfy((error) => isAosError(error, 'invalid_options')),
    )
  })
}
