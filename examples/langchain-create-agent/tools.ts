import type { BaseRetrieverInterface } from '@langchain/core/retrievers'
import { tool, type StructuredToolInterface } from '@langchain/core/tools'
import { getStore } from '@langchain/langgraph'
import { z } from 'zod'

/** A tool that looks something up. */
export function lookup(name: string, retriever: BaseRetrieverInterface): StructuredToolInterface {
  return tool(
    async ({ query }) => (await retriever.invoke(query)).map(({ pageContent }) => pageContent).join(' '),
    { name, description: `Looks into the ${name}`, schema: z.object({ query: z.string() }) },
  )
}

/** A tool that writes into the store of its agent. */
export const remember: StructuredToolInterface = tool(
  async ({ key, text }) => {
    await getStore()?.put(['ada'], key, { text })
    return 'noted'
  },
  { name: 'remember', description: 'Remembers', schema: z.object({ key: z.string(), text: z.string() }) },
)

/** A tool that reads from the store of its agent. */
export const recall: StructuredToolInterface = tool(
  async () => {
    const items = (await getStore()?.search(['ada'])) ?? []
    return items.map(({ value }) => String(value['text'])).join('; ')
  },
  { name: 'recall', description: 'Tells what is remembered', schema: z.object({}) },
)

/** A tool that sends mail; the outbox takes what was really sent. */
export function mailTo(outbox: string[]): StructuredToolInterface {
  return tool(
    async ({ to, text }) => {
      outbox.push(`${to}: ${text}`)
      return 'sent'
    },
    { name: 'mail', description: 'Sends a mail', schema: z.object({ to: z.string(), text: z.string() }) },
  )
}
