import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyGraph } from '../../testing/arbitrary-graph.ts'
import { researchAssistant, wholeAgent } from '../../testing/example-graphs.ts'
import { toLandingCycloneDX } from './landing-cyclonedx.ts'

test('the research assistant is written as the landing page has it', () => {
  expect(JSON.stringify(toLandingCycloneDX(researchAssistant), null, 2)).toBe(`{
  "bomFormat": "CycloneDX",
  "specVersion": "1.5",
  "version": 1,
  "metadata": {
    "timestamp": "2024-01-15T10:30:00Z",
    "component": {
      "type": "ai-agent",
      "name": "research-assistant",
      "version": "1.0.0"
    }
  },
  "components": [
    {
      "type": "ai-model",
      "name": "gpt-4",
      "version": "2024-01-01",
      "supplier": "OpenAI",
      "properties": [
        {
          "name": "parameters",
          "value": "175B"
        },
        {
          "name": "context_window",
          "value": "128000"
        }
      ]
    },
    {
      "type": "tool",
      "name": "web-search",
      "version": "2.1.0",
      "description": "Search the web for information"
    }
  ]
}`)
})

test('every kind of part has its type', () => {
  expect(new Set(toLandingCycloneDX(wholeAgent).components.map(({ type }) => type))).toEqual(
    new Set(['a2a-peer', 'capability', 'knowledge', 'mcp-server', 'memory', 'ai-model', 'package', 'tool']),
  )
})

test('no document tells what is secret in an address, or holds half a character', () => {
  fc.assert(
    fc.property(anyGraph, (graph) => {
      expect(JSON.stringify(toLandingCycloneDX(graph))).not.toMatch(/:secret@|=secret|(?<!\\)\\ud[89a-f]/)
    }),
  )
})
