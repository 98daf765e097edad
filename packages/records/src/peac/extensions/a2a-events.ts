import { peacName } from '../claims/registry.ts'

/** What can be seen of a task of A2A that is handed on. */
export type A2ATaskEvent =
  | 'task.submitted'
  | 'task.accepted'
  | 'task.rejected'
  | 'task.state_changed'
  | 'task.completed'
  | 'task.failed'
  | 'human.review_requested'
  | 'human.approved'
  | 'human.rejected'

/** The type of the record of an event. */
export function a2aTypeOf(event: unknown): string {
  return peacName(`a2a-${String(event).replaceAll(/[._]/g, '-')}`)
}
