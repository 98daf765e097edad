import type { Bag, Outcome } from './lab.ts'

/** The messages with which a conversation goes on after a call, as an app keeps them. */
export async function historyOf(outcome: Outcome, before: readonly Bag[]): Promise<Bag[]> {
  const { result } = outcome
  const direct: unknown = await result['responseMessages']
  const response = (await result['response']) as { messages: Bag[] }
  return [...before, ...((direct as Bag[] | undefined) ?? response.messages)]
}

/** The same history with a person's answer to everything that was asked. */
export function answered(history: readonly Bag[], approved: boolean): Bag[] {
  const asked = history
    .flatMap(({ content }) => (Array.isArray(content) ? (content as Bag[]) : []))
    .filter(({ type }) => type === 'tool-approval-request')
  const content = asked.map(({ approvalId }) => ({ type: 'tool-approval-response', approvalId, approved }))
  return [...history, { role: 'tool', content }]
}

/** How many calls wait for a person; what a policy answered by itself does not. */
export function questionsIn(history: readonly Bag[]): number {
  const parts = history.flatMap(({ content }) => (Array.isArray(content) ? (content as Bag[]) : []))
  return parts.filter((part) => part['type'] === 'tool-approval-request' && part['isAutomatic'] !== true)
    .length
}
