import { equal, throws } from 'node:assert/strict'
import { isAosError } from '@aos/sdk'
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { stepOf } from '../../../../test/support/policy-step.ts'
import { PolicySet } from '../policy/policy-set.ts'
import type { PolicyContext } from '../policy/policy.ts'
import { toolAccess, type ToolAccessOptions } from './tool-access.ts'

function verdict(options: ToolAccessOptions, step: Partial<PolicyContext>): string {
  const response = new PolicySet([toolAccess(options)], { default: 'deny' }).decide(stepOf(step))
  if (response instanceof Promise) throw new TypeError('this policy decides at once')
  return response.reasonCode[0] ?? response.decision
}

const overMcp = (value: unknown, direction: 'outbound' | 'inbound' = 'outbound'): Partial<PolicyContext> => ({
  hook: 'mcp',
  toolName: '',
  mcpServer: 'files',
  protocol: { name: 'mcp', direction, method: 'tools/call' },
  value,
})

describe('an allow list', () => {
  const options = { allow: ['search', 'read_*', 'mcp:files/list', 'mcp:docs-*/*'] }

  verifies('guardian.policy.tool-access.allow', 'lets the named tools through and no other', () => {
    for (const [toolName, mcpServer, expected] of [
      ['search', undefined, 'allow'],
      ['read_file', undefined, 'allow'],
      ['list', 'files', 'allow'],
      ['anything', 'docs-eu', 'allow'],
      ['list', undefined, 'tool_not_allowed'],
      ['list', 'other', 'tool_not_allowed'],
      ['research', undefined, 'tool_not_allowed'],
      ['', undefined, 'tool_not_allowed'],
    ] as const)
      equal(verdict(options, { toolName, mcpServer }), expected, toolName)
  })

  test('takes no name that only looks like one of its own', () => {
    for (const toolName of ['Search', 'ｓearch', 'sеarch', 'sea\u200brch', 'search ', 'search\n', 'search\0'])
      equal(verdict(options, { toolName }), 'tool_not_allowed', JSON.stringify(toolName))
  })

  test('that is empty lets nothing through', () => equal(verdict({ allow: [] }, {}), 'tool_not_allowed'))
})

describe('a deny list', () => {
  const options = { deny: ['exec*', 'Delete_File', 'mcp:evil/*'] }

  verifies('guardian.policy.tool-access.deny', 'is not fooled by a way of writing', () => {
    for (const toolName of [
      'exec',
      'EXEC',
      'Exec_Shell',
      'ｅｘｅｃ',
      'e\u200bxec',
      '\u2066exec',
      'ex\u00adec',
      'ехес',
      'eхec',
      'éxec',
      'ᵉxec',
      ' exec',
      'delete_file',
      'DELETE_FILE',
      'delete_ﬁle',
    ])
      equal(verdict(options, { toolName }), 'tool_denied', JSON.stringify(toolName))
    equal(verdict(options, { toolName: 'x', mcpServer: 'EVIL' }), 'tool_denied')
  })

  test('leaves every other tool to others', () => {
    equal(verdict(options, { toolName: 'search' }), 'no_policy_allows')
    equal(verdict(options, { toolName: 'x', mcpServer: 'good' }), 'no_policy_allows')
  })

  test('outranks an allow list', () => {
    equal(verdict({ allow: '*', deny: 'exec' }, { toolName: 'exec' }), 'tool_denied')
    equal(verdict({ allow: '*', deny: 'exec' }, { toolName: 'search' }), 'allow')
  })

  test('holds however often unseen characters and case are mixed in', () => {
    const unseen = fc.constantFrom('', '\u200b', '\u200d', '\u2060', '\ufe0f', '\u00ad', '\u{e0041}')
    const letters = fc.tuple(
      ...Array.from('execute', (letter) => fc.tuple(fc.constantFrom(letter, letter.toUpperCase()), unseen)),
    )
    fc.assert(
      fc.property(letters, (pairs) => {
        equal(verdict({ deny: 'execute' }, { toolName: pairs.flat().join('') }), 'tool_denied')
      }),
    )
  })
})

describe('a call over MCP', () => {
  test('is judged by the tool that it asks for', () => {
    equal(verdict({ deny: 'exec' }, overMcp({ name: 'exec', arguments: {} })), 'tool_denied')
    equal(verdict({ allow: 'mcp:files/list' }, overMcp({ name: 'list' })), 'allow')
    equal(verdict({ allow: 'mcp:files/list' }, overMcp({ name: 'read' }, 'inbound')), 'tool_not_allowed')
  })

  test('that names no tool is denied', () => {
    for (const value of [{}, null, 'exec', [{ name: 'exec' }], { name: 7 }, Object.create({ name: 'list' })])
      equal(verdict({ allow: '*' }, overMcp(value)), 'tool_unreadable')
  })

  test('is no other message, and no answer', () => {
    const asked = (method: string): Partial<PolicyContext> => ({
      hook: 'mcp',
      protocol: { name: 'mcp', direction: 'outbound', method, leg: 'request' },
    })
    equal(verdict({ allow: [] }, asked('resources/read')), 'no_policy_allows')
    // without it no connection is made
    equal(verdict({ allow: [] }, asked('tools/list')), 'allow')
    for (const direction of ['inbound', 'outbound'] as const)
      equal(verdict({ allow: [] }, overMcp({ content: [] }, direction)), 'no_policy_allows')
  })
})

test('options that mean nothing are refused by name', () => {
  for (const [options, named] of [
    [{}, /allow/],
    [{ allow: 7 }, /allow/],
    [{ deny: [''] }, /deny/],
    [{ alow: ['x'] }, /alow/],
    [null, /options/],
  ] as const)
    throws(
      () => toolAccess(options as never),
      (error) => isAosError(error, 'invalid_policy') && named.test(error.message),
    )
})
