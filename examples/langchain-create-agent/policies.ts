import { allow, deny, modify, type AOSHandle } from '@aos/sdk'

const CARD_NUMBER = /(?:\d{4}[ -]?){4}/

type Page = { readonly metadata?: { readonly status?: string } }

/** Puts the policies of an office on an assistant: what it may look up, keep in mind, and send. */
export function registerPolicies(agent: AOSHandle<object>): void {
  agent.registerHook('knowledgeRetrieval', () => deny('salaries are private'), {
    name: 'no-salaries',
    match: 'personnel',
  })
  agent.registerHook(
    'knowledgeRetrieval',
    ({ results }) => {
      const pages = results as readonly Page[]
      const final = pages.filter(({ metadata }) => metadata?.status !== 'draft')
      return final.length === pages.length ? allow() : modify(final, 'drafts are not quoted')
    },
    { name: 'no-drafts' },
  )
  agent.registerHook(
    'memoryStore',
    ({ memory }) => (CARD_NUMBER.test(String(memory)) ? deny('card numbers are not remembered') : allow()),
    { name: 'no-card-numbers' },
  )
  agent.registerHook(
    'memoryContextRetrieval',
    ({ memory }) => {
      const items = memory as readonly string[]
      const kept = items.filter((item) => !item.includes('health'))
      return kept.length === items.length ? allow() : modify(kept, 'health is not brought up')
    },
    { name: 'no-health' },
  )
  agent.registerHook(
    'toolCallRequest',
    ({ parameters: { to, text } }) => {
      if (!String(to).endsWith('@corp.example')) return deny('mail stays in the house')
      return modify({ to, text: `${String(text)} (sent by an assistant)` }, 'assistants say what they are')
    },
    { name: 'mail-rules', match: 'mail' },
  )
}
