import { equal } from 'node:assert/strict'
import { test } from 'vitest'
import { plainAddress } from './plain-address.ts'

test('an address is told without what may be secret in it', () => {
  for (const [address, expected] of [
    ['https://agent.example', 'https://agent.example'],
    ['https://agent.example/a2a', 'https://agent.example/a2a'],
    ['agent.example:50051', 'agent.example:50051'],
    ['https://user:pass@agent.example/a2a', 'https://agent.example/a2a'],
    ['https://agent.example/a2a?key=secret', 'https://agent.example/a2a'],
    ['https://agent.example/a2a#secret', 'https://agent.example/a2a'],
    ['grpc://user:pass@agent.example:50051', 'grpc://agent.example:50051'],
    ['user:pass@agent.example:50051', undefined],
    ['data:text/plain,x?secret', undefined],
  ] as const)
    equal(plainAddress(address), expected, address)
})
