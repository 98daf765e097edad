import { deepEqual, equal, throws } from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { isAosError } from '@aos/sdk'
import { describe, test } from 'vitest'
import { ANONYMOUS, createRecognition, type Principal, type ServerAuth } from './principal.ts'

const alice: Principal = { name: 'alice', roles: ['approver'] }
const bot: Principal = { name: 'bot', roles: ['agent'], agents: ['a1'] }
const TOKEN = 'alice-0123456789abcdef'

const request = (authorization?: string): IncomingMessage =>
  ({ headers: authorization === undefined ? {} : { authorization } }) as IncomingMessage

describe('recognising callers', () => {
  test('by bearer token, and nobody else', async () => {
    const recognise = createRecognition({ tokens: { [TOKEN]: alice, 'bot-0123456789abcdef': bot } })
    deepEqual(await recognise(request(`Bearer ${TOKEN}`)), alice)
    deepEqual(await recognise(request('bearer bot-0123456789abcdef')), bot)
    for (const header of [undefined, '', 'Bearer', 'Bearer x', `Basic ${TOKEN}`, `Bearer ${TOKEN} x`, TOKEN])
      equal(await recognise(request(header)), undefined, header)
  })

  test('in its own way, which fails closed', async () => {
    const ways: readonly [NonNullable<ServerAuth['authenticate']>, Principal | undefined][] = [
      [() => alice, alice],
      [async () => bot, bot],
      [() => undefined, undefined],
      [
        () => {
          throw new Error('directory is down')
        },
        undefined,
      ],
      [() => Promise.reject(new Error('directory is down')), undefined],
      [() => ({ name: 'x', roles: ['root'] }) as never, undefined],
      [() => ({ name: '', roles: [] }), undefined],
    ]
    for (const [authenticate, expected] of ways)
      deepEqual(await createRecognition({ authenticate })(request()), expected)
  })

  test('without auth everybody may be judged, and nothing more', async () => {
    deepEqual(await createRecognition(undefined)(request()), ANONYMOUS)
    deepEqual(ANONYMOUS.roles, ['agent'])
  })

  test('refuses settings that cannot be meant', () => {
    const bad: readonly unknown[] = [
      {},
      { tokens: {} },
      { tokens: { short: alice } },
      { tokens: { [TOKEN]: { name: '', roles: [] } } },
      { tokens: { [TOKEN]: { name: 'x', roles: ['king'] } } },
    ]
    for (const auth of bad)
      throws(
        () => createRecognition(auth as ServerAuth),
        (error) => isAosError(error, 'invalid_options'),
      )
  })
})
