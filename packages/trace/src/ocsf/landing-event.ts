import type { AosEvent, StepRecord } from '@aos/sdk'
import { isDenial, isGuardianFailure } from './judged.ts'
import type { Attributes, OcsfEvent } from './ocsf-event.ts'

interface Story {
  readonly chain: Attributes[]
  readonly tools: Set<string>
  readonly data: Set<string>
  risk: number
  thought: string | undefined
}

const MAX_RUNS = 1_000
const MAX_ENTRIES = 200

const RISK = { denied: 8.5, modified: 4, allowed: 1 } as const

/**
 * Makes the event that the AOS landing page prints: one for each run that has ended. It is no valid OCSF: class 3001 is
 * another one, `aos_extensions` is unknown, and its time is in seconds.
 */
export class LandingMapper {
  readonly #vendor: string
  readonly #stories = new Map<string, Story>()

  constructor(vendor: string | undefined) {
    this.#vendor = vendor ?? 'AOS'
  }

  map(event: AosEvent): readonly OcsfEvent[] {
    if (event.type === 'run.start') this.#begin(event.run.id)
    const story = this.#stories.get(event.runId)
    if (story === undefined) return []
    if (event.type === 'step.start') this.#started(story, event.step)
    if (event.type === 'step.end') this.#ended(story, event.step)
    if (event.type === 'decision') {
      const { decision } = event
      const risk = isDenial(decision) || isGuardianFailure(decision) ? RISK.denied : RISK.allowed
      story.risk = Math.max(story.risk, decision.verdict === 'modify' ? RISK.modified : risk)
    }
    if (event.type !== 'run.end') return []
    this.#stories.delete(event.runId)
    return [this.#event(event, story)]
  }

  #begin(runId: string): void {
    if (this.#stories.size >= MAX_RUNS) {
      const [oldest] = this.#stories.keys()
      if (oldest !== undefined) this.#stories.delete(oldest)
    }
    this.#stories.set(runId, { chain: [], tools: new Set(), data: new Set(), risk: 1, thought: undefined })
  }

  #started({ chain, tools, data, thought }: Story, { kind, name }: StepRecord): void {
    if (kind === 'toolCall') {
      if (tools.size < MAX_ENTRIES) tools.add(name)
      if (chain.length < MAX_ENTRIES)
        chain.push({ step: chain.length + 1, thought, action: 'tool_call', tool: name })
    }
    const isData =
      kind === 'knowledgeRetrieval' || kind === 'memoryContextRetrieval' || kind === 'memoryStore'
    if (isData && data.size < MAX_ENTRIES) data.add(name)
  }

  #ended(story: Story, { kind, content }: StepRecord): void {
    if (kind === 'modelCall') story.thought = content.output
  }

  #event({ run, end }: Extract<AosEvent, { type: 'run.end' }>, story: Story): OcsfEvent {
    return {
      activity_id: 1,
      activity_name: 'Agent Execution',
      category_uid: 3,
      category_name: 'Application Activity',
      class_uid: 3001,
      class_name: 'AI Agent Activity',
      severity_id: story.risk === RISK.denied ? 4 : 1,
      time: Math.floor(end.endedAt / 1000),
      metadata: { version: '1.0.0', product: { name: 'AOS Agent', vendor_name: this.#vendor } },
      actor: {
        session: { uid: run.sessionId, created_time: Math.floor(run.startedAt / 1000) },
        idp: { name: run.agent.name, uid: run.agent.id },
      },
      aos_extensions: {
        reasoning_chain: story.chain,
        tools_invoked: [...story.tools],
        data_accessed: [...story.data],
        risk_score: story.risk,
      },
    }
  }
}
