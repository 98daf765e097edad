import { childLineage, runHash, sealRun, type AgentRun, type KeyInput, type Step } from '@agent-run/types'

/** A run as a reader of the web view meets it; `at` is when it started. */
export interface RunPlan {
  readonly id: string
  readonly at: number
  readonly agent?: string
  readonly members?: Partial<AgentRun>
  readonly steps?: readonly Step[]
  readonly parent?: AgentRun
  readonly key?: KeyInput
}

/** Makes a sealed run. */
export function viewedRun({ id, at, agent = 'researcher', members, steps, parent, key }: RunPlan): AgentRun {
  const inputs = {
    agent_id: agent,
    model: 'gpt-5.2',
    tools_available: ['search', 'send-email', 'sql'],
    trigger: 'manual' as const,
  }
  const run: AgentRun = {
    ...inputs,
    id,
    agent_name: agent,
    provider: 'openai',
    runtime: 'custom',
    status: 'completed',
    outcome: 'success',
    started_at: new Date(at).toISOString(),
    ended_at: new Date(at + 4_000).toISOString(),
    duration_ms: 4_000,
    steps: [...(steps ?? viewedSteps(at))],
    cost: { input_tokens: 1_200, output_tokens: 340, total_tokens: 1_540, cost_usd: 0.0123 },
    provenance: {
      run_hash: runHash(inputs),
      ...(parent === undefined ? {} : childLineage(parent.provenance)),
    },
    ...(parent === undefined ? {} : { parent_run_id: parent.id }),
    ...members,
  }
  return sealRun(run, key)
}

/** A decision as the records of AOS carry it. */
export function toldDecision(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return {
    decision_id: 'd',
    hook: 'toolCallRequest',
    phase: 'request',
    verdict: 'allow',
    enforced: 'allowed',
    source: 'handler',
    by: 'guardian',
    reason_codes: [],
    ...members,
  }
}

const ASKED = { to: 'jane@example.com', bcc: 'eve@example.com', subject: 'Summary' }

/** Steps in which something was asked, allowed, changed, denied and failed. */
export function viewedSteps(at: number): readonly Step[] {
  const time = (from: number, to: number): Pick<Step, 'started_at' | 'ended_at' | 'duration_ms'> => ({
    started_at: new Date(at + from).toISOString(),
    ended_at: new Date(at + to).toISOString(),
    duration_ms: to - from,
  })
  const decided = (kind: string, ...decisions: readonly Record<string, unknown>[]): Step['metadata'] => ({
    aos: { kind, decisions },
  })
  const assistant = {
    role: 'assistant',
    parts: [{ type: 'tool_call', name: 'send-email', arguments: ASKED }],
  }
  const steps: Step[] = [
    {
      id: 's1',
      type: 'message',
      ...time(0, 20),
      success: true,
      input_preview: 'Find papers on oversight and mail Jane a summary',
      metadata: decided('message', toldDecision({ hook: 'message' })) ?? {},
    },
    {
      id: 's2',
      type: 'reasoning',
      ...time(30, 1_400),
      success: true,
      tokens_used: 900,
      input_preview: JSON.stringify([
        { role: 'user', parts: [{ type: 'text', content: 'Find papers on oversight' }] },
      ]),
      output_preview: JSON.stringify([assistant]),
      metadata: { aos: { kind: 'modelCall', model: 'gpt-5.2' } },
    },
    {
      id: 's3',
      type: 'tool_call',
      tool_name: 'search',
      mcp_server: 'papers',
      ...time(1_450, 2_300),
      success: true,
      input_preview: '{"query":"scalable oversight"}',
      metadata: decided('toolCall', toldDecision({})) ?? {},
    },
    {
      id: 's4',
      type: 'tool_call',
      tool_name: 'send-email',
      ...time(2_350, 2_900),
      success: true,
      input_preview: JSON.stringify({ to: ASKED.to, subject: ASKED.subject }),
      metadata:
        decided(
          'toolCall',
          toldDecision({
            verdict: 'modify',
            enforced: 'modified',
            reason: 'blind copies are not allowed',
            reason_codes: ['recipient_not_allowed'],
          }),
        ) ?? {},
    },
    {
      id: 's5',
      type: 'tool_call',
      tool_name: 'sql',
      ...time(2_950, 2_980),
      success: false,
      error: 'denied by guardian: personal data must not leave',
      input_preview: '{"query":"select * from employees"}',
      metadata:
        decided(
          'toolCall',
          toldDecision({
            verdict: 'deny',
            enforced: 'denied',
            by: 'data-protection',
            reason: 'personal data must not leave',
            reason_codes: ['pii'],
          }),
        ) ?? {},
    },
    {
      id: 's6',
      type: 'tool_call',
      tool_name: 'search',
      ...time(3_000, 3_400),
      success: false,
      error: 'TimeoutError: no answer in 400 ms',
      metadata: decided('toolCall', toldDecision({})) ?? {},
    },
    {
      id: 's7',
      type: 'message',
      ...time(3_900, 4_000),
      success: true,
      output_preview: 'Here is what I found.',
      metadata: { aos: { kind: 'message' } },
    },
  ]
  return steps
}
