import { rules, type Requirements } from '../requirement.ts'

/** What the hooks of AOS mean for agents of LangChain and the parts they are made of. */
export const LANGCHAIN: Requirements = {
  ...rules('AOS Instrument, hooks, for LangChain', 'MUST', {
    'aos-sdk.langchain.agentTrigger':
      'agentTrigger fires before the agent starts: denied, no model is asked; modified, it is asked that',
    'aos-sdk.langchain.message.user':
      'a denied message of the user reaches no model, and a modified one is what the model gets',
    'aos-sdk.langchain.message.agent':
      'a denied answer does not leave the agent, and a modified one is what leaves',
    'aos-sdk.langchain.message.streamed': 'no text leaves in any kind of stream before it was judged',
    'aos-sdk.langchain.toolCallRequest':
      'toolCallRequest fires before a tool: denied, it is not called; modified, it is called with that',
    'aos-sdk.langchain.toolCallResult':
      'toolCallResult fires after success and failure: the model sees the result as it was decided',
    'aos-sdk.langchain.ids': 'the call of a tool keeps its id as executionId, the thread is the session',
    'aos-sdk.langchain.thrown': 'the error of a handler leaves the agent as that same object',
    'aos-sdk.langchain.interrupt':
      'an interrupt is no error; a resumed call is judged again before its effect and counted once',
    'aos-sdk.langchain.approval':
      'an ask is an interrupt of the graph; what a person approved is not asked for again, and nothing else is approved',
    'aos-sdk.langchain.retry':
      'a tool that is tried again is judged each time, and a denial is not tried again',
    'aos-sdk.langchain.nested': 'a subagent obeys the hooks of the agent it works for',
  }),
  ...rules('AOS Instrument, hooks, for parts of LangChain on their own', 'MUST', {
    'aos-sdk.langchain.knowledgeRetrieval':
      'knowledgeRetrieval judges what a retriever or a vector store found, and nothing denied is given',
    'aos-sdk.langchain.memoryStore':
      'memoryStore judges what a store, a chat history or a vector store takes up, and nothing denied is kept',
    'aos-sdk.langchain.memoryStore.unheard':
      'a denied write that nobody waits for, or one whose handler throws, ends no process',
    'aos-sdk.langchain.memoryContextRetrieval':
      'memoryContextRetrieval judges what a store or a chat history gives, and nothing denied is attached',
    'aos-sdk.langchain.mcp':
      'each message of an MCP client is judged before it is sent and before it is processed',
    'aos-sdk.langchain.mcp.server': 'a tool that came by MCP is known with its server',
  }),
  ...rules('design, spans of LangChain', 'MUST', {
    'aos-sdk.langchain.spans':
      'what the user opens inside a tool, a model, a retriever or a store is a child of ours',
    'aos-sdk.langchain.concurrent':
      '200 requests that start in one tick are 200 traces, and no span stands in another',
  }),
}
