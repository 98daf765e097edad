// An agent of the AI SDK for packs of tasks: its model follows the script of the task, its tools are those of the world, and a
// guardian holds the policies that the pack names.
import { GuardianAgent } from '@aos/guardian'
import type { BenchTask, World } from '@aos/records/evals'
import { AOSInstrument } from '@aos/sdk'
import { scriptedModel } from '@aos/sdk/testing'
import { dynamicTool, isStepCount, jsonSchema, ToolLoopAgent, type ToolSet } from 'ai'

/** Makes the agent as it is before anything of AOS. */
export function createAgent(world: World): ToolLoopAgent<never, ToolSet> {
  const tools: ToolSet = Object.fromEntries(
    world.tools.map(({ name, description, parameters, execute }) => [
      name,
      dynamicTool({
        description,
        inputSchema: jsonSchema(parameters),
        execute: async (given) => execute(given),
      }),
    ]),
  )
  const model = scriptedModel({ steps: world.script })
  return new ToolLoopAgent<never, ToolSet>({ id: 'office', model, tools, stopWhen: isStepCount(20) })
}

/** Makes the agent without its guard. */
export function createUnguarded(
  _task: BenchTask,
  world: World,
): AOSInstrument<ToolLoopAgent<never, ToolSet>> {
  return new AOSInstrument(createAgent(world), { onApproval: world.approve, toolKinds: world.toolKinds })
}

/** Makes the agent as it is used. */
export function createGuarded(task: BenchTask, world: World): AOSInstrument<ToolLoopAgent<never, ToolSet>> {
  const agent = createUnguarded(task, world)
  new GuardianAgent({ policies: world.policies }).protect(agent)
  return agent
}
