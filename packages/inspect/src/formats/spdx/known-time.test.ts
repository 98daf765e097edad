import { expect, test } from 'vitest'
import { researchAssistant } from '../../testing/example-graphs.ts'
import { knownTime } from './known-time.ts'

const [model] = researchAssistant.entries
if (model === undefined) throw new Error('no model')

test.each([
  [{ version: '2026-08-01' }, '2026-08-01T00:00:00Z'],
  [{ version: undefined, name: 'claude-3-opus-20240229' }, '2024-02-29T00:00:00Z'],
  [{ version: '1.0', name: 'gpt-5-2026-08-01' }, '2026-08-01T00:00:00Z'],
  [{ version: '2025-02-29' }, undefined],
  [{ version: undefined, name: 'gpt-4' }, undefined],
  [{ version: undefined, name: 'model-120240229' }, undefined],
  [{ facts: { releaseTime: '2026-05-04' } }, '2026-05-04T00:00:00Z'],
  [{ facts: { releaseTime: '2026-05-04T12:00:00.5+02:00' } }, '2026-05-04T10:00:00Z'],
  [{ facts: { releaseTime: 'soon' } }, undefined],
  [{ facts: JSON.parse('{"__proto__":"2026-05-04"}') as Record<string, string> }, '2024-01-01T00:00:00Z'],
])('%j was released at %s', (part, expected) => {
  expect(knownTime({ ...model, ...part }, 'releaseTime')).toBe(expected)
})

test('when a part was built is what its facts say', () => {
  expect(knownTime(model, 'builtTime')).toBeUndefined()
  expect(knownTime({ ...model, facts: { builtTime: '2026-05-04' } }, 'builtTime')).toBe(
    '2026-05-04T00:00:00Z',
  )
})
