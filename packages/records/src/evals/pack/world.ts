import { AosError, type Approver, type ToolKind } from '@aos/sdk'
import type { ScriptedReply } from '@aos/sdk/testing'
import type {
  BenchAnswer,
  BenchPack,
  BenchTask,
  BenchTool,
  BenchTurn,
} from '../../generated/eval-pack-types.ts'
import { matchesJson } from '../scoring/compare-json.ts'
import type { Effect } from '../scoring/observation.ts'

/** A policy of a pack, as a policy file of the guardian writes it. */
export type PackPolicy = string | { readonly policy: string; readonly [option: string]: unknown }

/** A tool of the world, for the framework that it is given to. */
export interface WorldTool {
  readonly name: string
  readonly description: string
  /** JSON Schema of the arguments. */
  readonly parameters: Readonly<Record<string, unknown>>
  /** Takes effect in the world, and answers as it is scripted; throws where it is to fail. */
  readonly execute: (given: unknown) => unknown
}

/** The scripted world of one attempt at a task: tools, a model and a person. */
export interface World {
  /** The policies that the task is to be done under. */
  readonly policies: readonly PackPolicy[]
  readonly tools: readonly WorldTool[]
  /** For the option `toolKinds` of an instrumented agent. */
  readonly toolKinds: Readonly<Record<string, ToolKind>>
  /** What a scripted model answers, call by call; throws where the task scripts none. */
  readonly script: readonly ScriptedReply[]
  /** For the option `onApproval`: refuses what the task does not approve. */
  readonly approve: Approver
  /** What tools were executed with so far. */
  readonly effects: readonly Effect[]
}

/** A world, and what only its maker looks at. */
export interface MadeWorld {
  readonly world: World
  /** Whether the scripted model was taken. */
  readonly scripted: () => boolean
}

const ANY_OBJECT = { type: 'object', additionalProperties: true }

/** Makes the world of one attempt. */
export function createWorld(pack: BenchPack, task: BenchTask): MadeWorld {
  const effects: Effect[] = []
  const tools = Object.entries({ ...pack.tools, ...task.tools })
  let scripted = false
  const world: World = {
    policies: (task.policies ?? pack.policies ?? []) as readonly PackPolicy[],
    tools: tools.map(([name, tool]) => ({
      name,
      description: tool.description ?? name,
      parameters: tool.parameters ?? ANY_OBJECT,
      execute: executor(name, tool, effects),
    })),
    toolKinds: Object.fromEntries(
      tools.flatMap(([name, { kind }]) => (kind === undefined ? [] : [[name, kind]])),
    ),
    get script() {
      scripted = true
      return scriptOf(task)
    },
    approve: ({ toolName, value }) => {
      const answer = task.approvals?.find(
        ({ tool, arguments: given }) =>
          tool === toolName && (given === undefined || matchesJson(given, value)),
      )
      return { approved: answer?.approve === true, by: 'the person of the task' }
    },
    effects,
  }
  return { world, scripted: () => scripted }
}

function executor(
  name: string,
  { result, answers = [] }: BenchTool,
  effects: Effect[],
): (given: unknown) => unknown {
  const used = new Map<BenchAnswer, number>()
  return (given) => {
    effects.push({ tool: name, arguments: structuredClone(given) })
    const answer = answers.find(
      (candidate) =>
        (used.get(candidate) ?? 0) < (candidate.times ?? Infinity) &&
        (candidate.when === undefined || matchesJson(candidate.when, given)),
    )
    if (answer === undefined) {
      if (result === undefined) throw new Error(`${name} has no answer to this`)
      return structuredClone(result)
    }
    used.set(answer, (used.get(answer) ?? 0) + 1)
    if (answer.error !== undefined) throw new Error(answer.error)
    return structuredClone(answer.result ?? null)
  }
}

function scriptOf({ id, model }: BenchTask): readonly ScriptedReply[] {
  if (model === undefined)
    throw new AosError({
      code: 'invalid_options',
      message: `Task ${id} scripts no model`,
      why: 'It is meant for an agent with a model of its own.',
      fix: 'Give the agent a model, or the task a "model".',
    })
  return model.flatMap((turn) => Array.from({ length: turn.times ?? 1 }, () => stepOf(turn)))
}

function stepOf({ text, calls = [], inputTokens = 10, outputTokens = 5 }: BenchTurn): ScriptedReply {
  return {
    items: [
      ...(text === undefined ? [] : [{ kind: 'text' as const, text }]),
      ...calls.map(({ tool, arguments: given = {} }) => ({
        kind: 'tool-call' as const,
        toolName: tool,
        input: JSON.stringify(given),
      })),
    ],
    usage: { input: inputTokens, output: outputTokens },
  }
}
