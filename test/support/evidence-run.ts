import type { AgentRun } from '@agent-run/types'
import { generateAgBOM } from '@aos/inspect'
import { EvidenceRecorder, type EvidencePack } from '@aos/records/evidence'
import { AOSInstrument, ask, deny, modify, type GuardedRun } from '@aos/sdk'
import type { RunServer } from '@aos/server'
import { join } from 'node:path'

/** A run of a real agent with the documents that belong to it, as they are sent. */
export interface EvidenceRun {
  readonly run: AgentRun
  readonly pack: EvidencePack
  /** JSON of each document, by its kind. */
  readonly documents: { readonly evidence: string; readonly agbom: string }
}

const DOCUMENTS = [
  {
    id: 'kb-7',
    title: 'Refunds and returns',
    content: 'Refunds take five days.',
    url: 'https://kb.example.com/refunds',
    score: 0.92,
    metadata: { loc: { lines: { from: 3, to: 9 } } },
  },
  {
    id: 'kb-8',
    title: 'Opening hours',
    content: 'We open at nine.',
    url: 'https://kb.example.com/hours',
    score: 0.71,
  },
  { id: 'kb-9', title: 'Salaries', content: 'Nobody but us.', score: 0.4 },
]

const KNOWN = {
  agent: { version: '2.4.0', supplier: { name: 'Example Corp' }, description: 'Answers customers' },
  'model:gpt-5.2': {
    version: '2026-01-01',
    supplier: { name: 'OpenAI', url: 'https://openai.example' },
    endpoint: 'https://models.example.com/v1',
    facts: { contextWindow: 400_000 },
  },
  'tool:send-email': {
    version: '1.2.0',
    description: 'Sends an e-mail to a customer',
    license: 'Apache-2.0',
  },
}

// a package that needs others, so that there are libraries
const SERVER = join(import.meta.dirname, '..', '..', 'packages', 'server')

/** Lets an agent answer a customer: documents are left out, a call is denied, one is changed, one approved by a person. */
export async function recordEvidenceRun(): Promise<EvidenceRun> {
  const recorder = new EvidenceRecorder()
  const agent = new AOSInstrument(answer, {
    agent: { id: 'support-bot', name: 'Support bot' },
    sinks: [recorder],
    retrievalModify: true,
    onApproval: () => ({ approved: true, by: 'jane.roe', reason: 'The customer is known' }),
    hooks: {
      message: ({ content }) =>
        modify(String(content).replaceAll('Bob from billing', 'a colleague'), 'No names of staff'),
      knowledgeRetrieval: ({ value }) =>
        modify(Array.isArray(value) ? value.slice(0, 2) : value, 'Not for customers'),
      memoryStore: () => modify(['likes tea'], 'No addresses'),
      toolCallRequest: ({ toolName, parameters }) => {
        if (toolName === 'export-customers') return deny('Customer data stays here', 'pii')
        if (toolName === 'refund') return ask('Money leaves the house')
        const { bcc: _, ...rest } = parameters
        return modify(rest, 'Blind copies are not allowed')
      },
      toolCallResult: ({ toolName, value }) =>
        toolName === 'send-email' ? modify({ sent: true }, 'No internals') : modify(value),
    },
  })
  let run: AgentRun | undefined
  agent.on('run', (ended) => (run = ended))
  await agent.run('How long does a refund take? Mail it to jane@example.com.', {
    session: 'case-7',
    user: { id: 'u-1' },
  })
  const pack = recorder.ended()[0]?.pack()
  if (run === undefined || pack === undefined) throw new Error('the run was not recorded')
  const agbom = await generateAgBOM(agent, { directory: SERVER, known: KNOWN })
  return { run, pack, documents: { evidence: JSON.stringify(pack), agbom: agbom.toString() } }
}

async function answer(question: string, aos: GuardedRun): Promise<string> {
  const email = { to: 'jane@example.com', bcc: 'archive@example.com', subject: 'Your refund' }
  await aos.knowledge({ query: question, source: 'handbook' }, () => DOCUMENTS)
  await aos.memoryStore(['likes tea', 'lives at 7 Long Lane'], () => undefined)
  const ask_ = { type: 'tool-call', toolCallId: 'call-1', toolName: 'send-email', input: email }
  const model = { model: 'gpt-5.2', provider: 'openai' }
  await aos.model({ ...model, messages: question }, (_messages, report) => {
    report({ usage: { inputTokens: 220, outputTokens: 48 } })
    return [ask_]
  })
  const call = (toolName: string, parameters: object, executionId: string): Promise<unknown> =>
    aos
      .toolCall({ toolName, parameters, executionId }, () => ({ sent: true, relay: 'mx-7' }))
      .catch(() => 'refused')
  await call('send-email', email, 'call-1')
  await call('export-customers', { region: 'EU' }, 'call-2')
  await call('refund', { order: 4711, amount: 12.5 }, 'call-3')
  const said = 'Refunds take five days. Bob from billing will call you.'
  await aos.model({ ...model, messages: 'go on' }, () => [{ type: 'text', text: said }])
  return said
}

/** Sends a document of a run to a server. */
export async function putDocument(
  { url }: RunServer,
  runId: string,
  [kind, body]: readonly [string, string],
): Promise<void> {
  const path = `${url}/api/v1/runs/${encodeURIComponent(runId)}/documents/${kind}`
  const response = await fetch(path, { method: 'PUT', body, headers: { 'content-type': 'application/json' } })
  if (!response.ok) throw new Error(`${kind}: ${response.status} ${await response.text()}`)
}
