import { inventoryOf } from '@aos/sdk'
import type { AgBOM } from '../agbom.ts'
import type { AgBOMFormat, AgBOMOptions } from '../agbom-options.ts'
import { toA2AAgBOM } from '../formats/a2a/a2a-agbom.ts'
import { generateAgBOM } from '../generate-agbom.ts'

/** What `aos/agbom/generate` asks for. */
export interface AgBOMQuestion {
  /** Of which agent, by its id or its name. */
  readonly agentId: string
  readonly format: string
}

/** An A2A request for a bill of materials, as the AOS landing page has it. */
export interface A2AAgBOMRequest {
  readonly kind: 'AgBOMRequest'
  readonly metadata?: { readonly name?: string }
  readonly spec: { readonly agent: string; readonly format?: string; readonly includeRuntime?: boolean }
}

/** Answers questions for bills of materials of some agents. */
export interface AgBOMAnswers {
  /** The document, or nothing for an agent or a format that is not known: the option `agbom` of a guardian server. */
  readonly agbom: (question: AgBOMQuestion) => Promise<object | string | undefined>
  /** The `kind: AgBOM` object that answers an A2A request; nothing for what is no such request or asks for another agent. */
  readonly a2a: (request: unknown) => Promise<object | undefined>
}

const FORMATS: readonly string[] = ['cyclonedx', 'spdx', 'spdx-json', 'spdx-3', 'swid']

/** Makes {@link AgBOMAnswers} for instrumented agents; throws `not_instrumented`. */
export function agbomAnswers(
  agents: readonly object[],
  options: Omit<AgBOMOptions, 'format'> = {},
): AgBOMAnswers {
  const known = agents.map((agent) => ({ agent, ...inventoryOf(agent).agent }))
  const generate = async (
    name: string,
    format: string,
    more: AgBOMOptions = {},
  ): Promise<AgBOM | undefined> => {
    const found = known.find(({ id }) => id === name) ?? known.find((each) => each.name === name)
    if (found === undefined || !isFormat(format)) return undefined
    return generateAgBOM(found.agent, { ...options, ...more, format })
  }
  return {
    async agbom({ agentId, format }) {
      const bom = await generate(agentId, format)
      if (bom === undefined) return undefined
      return bom.format === 'swid' || bom.format === 'spdx' ? bom.toString() : bom.toJSON()
    },
    async a2a(request) {
      if (!isRequest(request)) return undefined
      const { agent, format = 'cyclonedx', includeRuntime = true } = request.spec
      const bom = await generate(agent, format, { includeRuntime })
      return bom && toA2AAgBOM(bom.graph, { format: bom.format })
    },
  }
}

function isFormat(format: string): format is AgBOMFormat {
  return FORMATS.includes(format)
}

function isRequest(value: unknown): value is A2AAgBOMRequest {
  if (typeof value !== 'object' || value === null || Reflect.get(value, 'kind') !== 'AgBOMRequest')
    return false
  const spec: unknown = Reflect.get(value, 'spec')
  if (typeof spec !== 'object' || spec === null) return false
  const { agent, format, includeRuntime } = spec as Readonly<Record<string, unknown>>
  return (
    typeof agent === 'string' &&
    (format === undefined || typeof format === 'string') &&
    (includeRuntime === undefined || typeof includeRuntime === 'boolean')
  )
}
