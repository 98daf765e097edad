import { expect, test } from 'vitest'
import { researchAssistant, wholeAgent } from '../testing/example-graphs.ts'
import { agentUrl, npmUrl } from './package-url.ts'

const library = wholeAgent.entries.find(({ kind }) => kind === 'package')
if (library === undefined) throw new Error('no package')

test.each([
  ['@example/ai', '7.0.0', 'pkg:npm/%40example/ai@7.0.0'],
  ['Zod', undefined, 'pkg:npm/zod'],
  ['a/b c@1?x#y', '1+2', 'pkg:npm/a%2Fb%20c%401%3Fx%23y@1%2B2'],
  ['\ud800', '', 'pkg:npm/%EF%BF%BD'],
  [' \n', '1', undefined],
])('%j %j is the package %s', (name, version, expected) => {
  expect(npmUrl({ ...library, name, version })).toBe(expected)
})

test('an agent has a package URL too', () => {
  expect(agentUrl(researchAssistant)).toBe('pkg:generic/research-assistant@1.0.0')
  const agent = { ...researchAssistant.agent, name: '', version: undefined }
  expect(agentUrl({ ...researchAssistant, agent })).toBe('pkg:generic/agent')
})
