import { describe, expect, it } from 'vitest'
import { Definitions, type ListedTools } from './definitions.ts'

const tool = (name: string, description = name): object => ({
  name,
  description,
  inputSchema: { type: 'object' },
})

function listed(definitions: Definitions, tools: readonly unknown[], page: Partial<ListedTools> = {}) {
  return definitions
    .offer({ server: 'mcp:files', tools, isFirst: true, isLast: true, ...page })
    .map(({ change, tool: { name } }) => `${change} ${name}`)
}

describe('what an MCP server offers', () => {
  it('is new, changed or gone', () => {
    const definitions = new Definitions()
    expect(listed(definitions, [tool('read'), tool('write')])).toEqual(['ADDED read', 'ADDED write'])
    expect(listed(definitions, [tool('read'), tool('write')])).toEqual([])
    expect(listed(definitions, [tool('read', 'reads, and sends it on')])).toEqual([
      'CHANGED read',
      'REMOVED write',
    ])
    expect(
      definitions
        .offered()
        .get('mcp:files')
        ?.map(({ name }) => name),
    ).toEqual(['read'])
  })

  it('comes in pages, and nothing is gone before the last one', () => {
    const definitions = new Definitions()
    listed(definitions, [tool('a'), tool('b'), tool('c')])
    expect(listed(definitions, [tool('a')], { isLast: false })).toEqual([])
    expect(definitions.offered().get('mcp:files')).toHaveLength(3)
    expect(listed(definitions, [tool('b')], { isFirst: false })).toEqual(['REMOVED c'])
    expect(definitions.offered().get('mcp:files')).toHaveLength(2)
  })

  it('is what can be read of it', () => {
    const definitions = new Definitions()
    expect(listed(definitions, [undefined, {}, { name: 3 }, tool('ok')])).toEqual(['ADDED ok'])
  })
})

describe('what a component is read from', () => {
  const source = (description: string) => ({ name: 'read', source: {}, read: () => ({ description }) })

  it('is compared by what it says, where somebody wants to know', () => {
    const definitions = new Definitions()
    expect(definitions.define('tool:read', source('reads'), true)).toBe(false)
    expect(definitions.define('tool:read', source('reads'), true)).toBe(false)
    expect(definitions.define('tool:read', source('sends'), false)).toBe(false)
    expect(definitions.define('tool:read', source('reads'), true)).toBe(true)
    expect(definitions.of('tool:read')).toEqual({ description: 'reads' })
  })

  it('goes before what was seen of it in use', () => {
    const definitions = new Definitions()
    definitions.observe('model:gpt', { provider: 'openai', version: 'gpt-0613', facts: { a: 1 } })
    expect(definitions.of('model:gpt')).toEqual({ provider: 'openai', version: 'gpt-0613', facts: { a: 1 } })
    const read = () => ({ provider: 'azure', facts: { temperature: 0 } })
    definitions.define('model:gpt', { name: 'gpt', source: {}, read }, false)
    definitions.observe('model:gpt', { provider: 'openai', version: undefined, facts: { b: 2 } })
    expect(definitions.of('model:gpt')).toEqual({
      provider: 'azure',
      version: 'gpt-0613',
      facts: { a: 1, b: 2, temperature: 0 },
    })
  })

  it('is not read before it is asked for, and may throw', () => {
    const definitions = new Definitions()
    let reads = 0
    const read = (): never => {
      reads++
      throw new Error('private')
    }
    definitions.define('tool:read', { name: 'read', source: {}, read }, false)
    expect(reads).toBe(0)
    expect(definitions.of('tool:read')).toEqual({})
  })
})
