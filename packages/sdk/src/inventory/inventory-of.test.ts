import { expect, it } from 'vitest'
import { AOSInstrument } from '../index.ts'
import { handleOf } from '../instrument/handle-of.ts'
import { inventoryOf } from './inventory-of.ts'

it('lets no secret out, wherever a tool says it', () => {
  const secret = 'sk-ant-api03-Zk4q8WmT2vXc7LpR9sNdB1yH'
  const agent = new AOSInstrument(async (input: string) => input)
  const components = handleOf(agent)?.core.components
  components?.note('tool', 'send')
  components?.define({
    component: { id: 'tool:send', name: 'send' },
    source: {},
    read: () => ({
      version: secret,
      description: `uses ${secret}`,
      provider: secret,
      via: `mcp:${secret}`,
      inputSchema: {
        type: 'object',
        properties: {
          [secret]: { type: 'string', default: secret, enum: [secret] },
          password: { type: 'string' },
        },
      },
      facts: { key: secret, temperature: 0 },
    }),
  })
  const { items } = inventoryOf(agent)
  expect(JSON.stringify(items)).not.toContain(secret)
  expect(items[0]?.definition.inputSchema).toMatchObject({ properties: { password: { type: 'string' } } })
  expect(items[0]?.definition.facts).toMatchObject({ temperature: 0 })
})

it('refuses what is not instrumented', () => {
  expect(() => inventoryOf({})).toThrow('instrumented')
})
