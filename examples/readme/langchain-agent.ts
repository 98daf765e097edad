// What the LangChain code in the Markdown files runs with.
import { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { AIMessage } from '@langchain/core/messages'
import type { ChatResult } from '@langchain/core/outputs'
import { tool, type DynamicStructuredTool } from '@langchain/core/tools'
import { z } from 'zod'

/** Files that were really deleted. */
export const deleted: string[] = []

const schema: z.ZodObject<{ path: z.ZodString }> = z.object({ path: z.string() })

/** A tool that deletes files. */
export const remove: DynamicStructuredTool<typeof schema> = tool(
  async ({ path }: { path: string }) => {
    deleted.push(path)
    return `deleted ${path}`
  },
  { name: 'remove', description: 'Deletes a file', schema },
)

/** Deletes two files at once, and then tells of it. */
class TidyModel extends BaseChatModel {
  override _llmType(): string {
    return 'scripted'
  }

  override bindTools(): this {
    return this
  }

  override async _generate(messages: Parameters<BaseChatModel['_generate']>[0]): Promise<ChatResult> {
    const calls = ['/tmp/cache', '/home/photos'].map((path, index) => ({
      id: `call-${index}`,
      name: 'remove',
      args: { path },
      type: 'tool_call' as const,
    }))
    const answered = messages.some((message) => message.getType() === 'tool')
    const message = answered ? new AIMessage('Tidied up.') : new AIMessage({ content: '', tool_calls: calls })
    return { generations: [{ text: message.text, message }] }
  }
}

/** A chat model of LangChain that tidies up. */
export const model: BaseChatModel = new TidyModel({})
