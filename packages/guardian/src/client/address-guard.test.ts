import { describe, expect, test } from 'vitest'
import { guardedLookup, isLoopbackAddress, refusedAddress, RefusedAddressError } from './address-guard.ts'

const refused = [
  '0.0.0.0',
  '0.1.2.3',
  '169.254.0.1',
  '169.254.169.254',
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  'fe80::1',
  'fe80::1%eth0',
  'febf::1',
  'fec0::1',
  'ff02::1',
  'fd00:ec2::254',
  '::ffff:169.254.169.254',
  '::ffff:a9fe:a9fe',
  '::ffff:0.0.0.0',
  '::169.254.169.254',
  '64:ff9b::169.254.169.254',
  '64:ff9b::a9fe:a9fe',
  '2002:a9fe:a9fe::',
  '2002:a9fe:a9fe:1::1',
  'guardian.example.com',
  '',
]

const taken = [
  '127.0.0.1',
  '10.0.0.1',
  '192.168.1.1',
  '172.16.0.1',
  '93.184.216.34',
  '::1',
  '2001:db8::1',
  'fd00::1',
  '::ffff:10.0.0.1',
  '64:ff9b::10.0.0.1',
]

for (const address of refused) {
  test(`refuses ${JSON.stringify(address)}`, () => expect(refusedAddress(address)).toBeTypeOf('string'))
}

for (const address of taken) {
  test(`takes ${address}`, () => expect(refusedAddress(address)).toBeUndefined())
}

test('knows a loopback address in each notation', () => {
  expect(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'].map(isLoopbackAddress)).toEqual(
    Array(4).fill(true),
  )
  expect(['10.0.0.1', '::2', '::ffff:10.0.0.1', '::1%lo', 'localhost'].map(isLoopbackAddress)).toEqual(
    Array(5).fill(false),
  )
})

describe('guardedLookup', () => {
  const found = (...addresses: string[]) =>
    guardedLookup(false, (_name, callback) =>
      callback(
        null,
        addresses.map((address) => ({ address, family: 4 })),
      ),
    )

  test('gives one address, or all of them', () => {
    const calls: unknown[][] = []
    found('10.0.0.1', '10.0.0.2')('guardian', {}, (...args) => calls.push(args))
    found('10.0.0.1', '10.0.0.2')('guardian', { all: true }, (...args) => calls.push(args))
    expect(calls).toEqual([
      [null, '10.0.0.1', 4],
      [
        null,
        [
          { address: '10.0.0.1', family: 4 },
          { address: '10.0.0.2', family: 4 },
        ],
      ],
    ])
  })

  test('refuses a name of which one address is refused', () => {
    let failure: unknown
    found('10.0.0.1', '169.254.169.254')('guardian', { all: true }, (error) => (failure = error))
    expect(failure).toBeInstanceOf(RefusedAddressError)
  })

  test('refuses a name that has no address, or cannot be found', () => {
    const failures: unknown[] = []
    found()('guardian', {}, (error) => failures.push(error))
    const lost = new Error('not found')
    guardedLookup(false, (_name, callback) => callback(lost, []))('guardian', {}, (error) =>
      failures.push(error),
    )
    expect(failures).toEqual([expect.any(Error), lost])
  })

  test('over http refuses a name that leads away from this machine', () => {
    const lookup = guardedLookup(true, (_name, callback) =>
      callback(null, [
        { address: '127.0.0.1', family: 4 },
        { address: '10.0.0.1', family: 4 },
      ]),
    )
    let failure: unknown
    lookup('localhost', {}, (error) => (failure = error))
    expect(failure).toBeInstanceOf(RefusedAddressError)
  })
})
