import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { describe, test } from 'vitest'
import { guardedAgent } from '../../../../test/support/guarded-agent.ts'
import { recordedSpans } from '../../../../test/support/recorded-spans.ts'
import { AOSInstrument, deny, isAosError, modify, type AOSOptions } from '../index.ts'
import { conventionsOf } from './guardrail.ts'

async function decisionsOf(options: AOSOptions): Promise<readonly Record<string, unknown>[]> {
  const recorded = recordedSpans()
  const { agent } = guardedAgent(
    async (aos) => {
      await aos.toolCall({ toolName: 'search', parameters: { q: 1 } }, () => 'found')
      await aos.toolCall({ toolName: 'delete', parameters: {} }, () => 'gone').catch(() => 'denied')
    },
    { tracerProvider: recorded.provider, ...options },
  )
  agent.registerHook('toolCallRequest', () => modify({ q: 2 }, 'narrowed'), {
    match: 'search',
    name: 'narrow',
  })
  agent.registerHook('toolCallRequest', () => deny('never', ['no_delete']), {
    match: 'delete',
    name: 'guard',
  })
  await agent.run('go')
  return recorded
    .spans()
    .filter(({ name }) => name.startsWith('execute_tool'))
    .flatMap(({ events }) => events.map(({ attributes }) => attributes ?? {}))
    .map((attributes) =>
      Object.fromEntries(Object.entries(attributes).filter(([name]) => name.startsWith('gen_ai.'))),
    )
}

describe('conventions', () => {
  test('current ones know no guardrails', async () => {
    deepEqual(await decisionsOf({ conventions: 'current' }), [{}, {}])
  })

  test('next ones show decisions as guardrails: the verdict apart from what was done', async () => {
    const [modified, denied] = await decisionsOf({ conventions: 'next' })
    ok(typeof modified?.['gen_ai.guardrail.content.input.hash'] === 'string')
    delete modified['gen_ai.guardrail.content.input.hash']
    deepEqual(modified, {
      'gen_ai.operation.name': 'run_guardrail',
      'gen_ai.guardrail.component.name': 'narrow',
      'gen_ai.guardrail.target.type': 'input',
      'gen_ai.guardrail.target.subtype': 'tool_call',
      'gen_ai.guardrail.target.id': 'search',
      'gen_ai.guardrail.verdict.type': 'modify',
      'gen_ai.guardrail.verdict.reason': 'narrowed',
      'gen_ai.guardrail.action.type': 'modify',
      'gen_ai.guardrail.content.modified': true,
    })
    equal(denied?.['gen_ai.guardrail.action.type'], 'block')
    equal(denied?.['gen_ai.guardrail.verdict.code'], 'no_delete')
  })

  test('are chosen by the environment as others are, and by the option before that', () => {
    equal(conventionsOf({}), 'current')
    equal(conventionsOf({ OTEL_SEMCONV_STABILITY_OPT_IN: 'http, gen_ai_latest_experimental' }), 'next')
    equal(conventionsOf({ OTEL_SEMCONV_STABILITY_OPT_IN: 'http' }), 'current')
    throws(
      () => new AOSInstrument(() => 1, { conventions: 'newest' as never }),
      (error) => isAosError(error, 'invalid_options'),
    )
  })
})
