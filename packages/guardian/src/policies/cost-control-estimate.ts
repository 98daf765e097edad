import { invalidOption, knownOptions, positive, textList } from './policy-options.ts'
import { ownValue, recordOf } from './tool-access-call.ts'
import { similarNames, type NameTest } from './tool-access-names.ts'

/** What a call of a tool costs. */
export interface ToolCost {
  /** Dollars for one. */
  readonly usd: number
  /** Argument that says how many: a number, or a list whose members count. Of several that are given the largest counts. */
  readonly times?: string | readonly string[] | undefined
  /** How many there are where no such argument is given. Without it such a call is denied. */
  readonly otherwise?: number | undefined
}

/** Estimates the dollars of a call before it is made; `undefined` where they cannot be counted. */
export type CostEstimate = (
  toolName: string,
  mcpServer: string | undefined,
  parameters: unknown,
) => number | undefined

interface CompiledCost {
  readonly isMeant: NameTest
  readonly usd: number
  readonly times: readonly string[]
  readonly otherwise: number | undefined
}

const MAX_KNOWN = 1000

const IMAGES: ToolCost = {
  usd: 0.08,
  times: [
    'count',
    'n',
    'num',
    'num_images',
    'numImages',
    'number_of_images',
    'numberOfImages',
    'quantity',
    'amount',
  ],
  otherwise: 1,
}
const DEFAULT_COSTS: Readonly<Record<string, ToolCost>> = {
  'generate*image*': IMAGES,
  'create*image*': IMAGES,
  'image*generat*': IMAGES,
  '*dall*e*': IMAGES,
}

/** Reads what tools cost. */
export function readToolCosts(policy: string, given: unknown): CostEstimate {
  const costs = given === undefined ? DEFAULT_COSTS : recordOf(given)
  if (costs === undefined)
    throw invalidOption(policy, {
      option: 'toolCosts',
      problem: 'is no object',
      fix: 'Write { "tool": { "usd": 0.05, "times": "count" } }.',
    })
  const compiled = Object.entries(costs).map(([tool, cost]) => compileCost(policy, tool, cost))
  const known = new Map<string, readonly CompiledCost[]>()
  const costsOf = (toolName: string, mcpServer: string | undefined): readonly CompiledCost[] => {
    const before = mcpServer === undefined ? known.get(toolName) : undefined
    if (before !== undefined) return before
    const fitting = compiled.filter(({ isMeant }) => isMeant(toolName, mcpServer))
    if (mcpServer === undefined && known.size < MAX_KNOWN) known.set(toolName, fitting)
    return fitting
  }
  return (toolName, mcpServer, parameters) => {
    let dearest = 0
    for (const { usd, times, otherwise } of costsOf(toolName, mcpServer)) {
      const count = times.length === 0 ? 1 : countOf(parameters, times, otherwise)
      if (count === undefined) return undefined
      dearest = Math.max(dearest, usd * count)
    }
    return Number.isFinite(dearest) ? dearest : undefined
  }
}

function compileCost(policy: string, tool: string, given: unknown): CompiledCost {
  const option = `toolCosts.${tool}`
  const cost: Partial<ToolCost> = knownOptions(policy, given, ['usd', 'times', 'otherwise'])
  const usd = positive(policy, { option: `${option}.usd`, given: cost.usd })
  if (usd === undefined || tool.trim() === '')
    throw invalidOption(policy, {
      option,
      problem: 'has no usd, or no name',
      fix: 'Say what one costs: { "usd": 0.05 }.',
    })
  return {
    isMeant: similarNames([tool]),
    usd,
    times: textList(policy, `${option}.times`, cost.times) ?? [],
    otherwise: positive(policy, { option: `${option}.otherwise`, given: cost.otherwise }),
  }
}

function countOf(
  parameters: unknown,
  names: readonly string[],
  otherwise: number | undefined,
): number | undefined {
  const record = recordOf(parameters)
  if (record === undefined) return undefined
  let largest: number | undefined
  for (const name of names) {
    const given = ownValue(record, name)
    if (given === undefined || given === null) continue
    const count = numberOf(given)
    if (count === undefined) return undefined
    largest = Math.max(largest ?? 0, count)
  }
  return largest ?? otherwise
}

// what a tool might read as a number counts as one; what is none, or less than nothing, cannot be counted
function numberOf(given: unknown): number | undefined {
  if (Array.isArray(given)) return given.length
  const count = typeof given === 'string' && given.trim() !== '' ? Number(given) : given
  return typeof count === 'number' && Number.isFinite(count) && count >= 0 ? count : undefined
}
