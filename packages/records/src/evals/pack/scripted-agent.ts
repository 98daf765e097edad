import { isAosError, isDenied, type FunctionAgent, type GuardedRun } from '@aos/sdk'
import type { ScriptedReply, ScriptItem } from '@aos/sdk/testing'
import type { World, WorldTool } from './world.ts'

/**
 * An agent without a framework that does what the task scripts: it says and calls what the model of the world says and
 * calls, and the tools of the world answer. For packs that test guards and no model.
 */
export function scriptedAgent(world: World): FunctionAgent {
  const { script } = world
  return async (input, aos) => {
    const messages: unknown[] = [{ role: 'user', content: input }]
    for (const reply of script) {
      const { text, calls } = await answer(aos, reply, messages)
      if (calls.length === 0) return text
      for (const [index, call] of calls.entries()) {
        const content = await callTool(aos, world.tools, { ...call, id: `call-${messages.length}-${index}` })
        messages.push({ role: 'tool', name: call.toolName, content })
      }
    }
    return undefined
  }
}

type ToolCallItem = Extract<ScriptItem, { kind: 'tool-call' }>

async function answer(
  aos: GuardedRun,
  { items, usage }: ScriptedReply,
  messages: readonly unknown[],
): Promise<{ readonly text: string; readonly calls: readonly ToolCallItem[] }> {
  await aos.model({ model: 'scripted-model', provider: 'scripted', messages }, (_messages, report) => {
    report({ usage: { inputTokens: usage?.input, outputTokens: usage?.output } })
    return items
  })
  return {
    text: items.map((item) => (item.kind === 'text' ? item.text : '')).join(''),
    calls: items.filter((item) => item.kind === 'tool-call'),
  }
}

/** What the model is told of a call: its result, or why there is none. */
async function callTool(
  aos: GuardedRun,
  tools: readonly WorldTool[],
  { toolName, input, id }: ToolCallItem & { readonly id: string },
): Promise<unknown> {
  const execute = (given: unknown): unknown => {
    const tool = tools.find(({ name }) => name === toolName)
    if (tool === undefined) throw new Error(`there is no tool ${toolName}`)
    return tool.execute(given)
  }
  try {
    const parameters: unknown = JSON.parse(input)
    return await aos.toolCall({ toolName, parameters, executionId: id }, execute)
  } catch (error) {
    // of the errors of the SDK itself only a denial is for the model to hear
    if (aos.signal.aborted || (isAosError(error) && !isDenied(error))) throw error
    return String(error)
  }
}
