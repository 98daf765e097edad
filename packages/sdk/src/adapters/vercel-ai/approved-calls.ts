import { isDeepStrictEqual } from '../../values/deep-equal.ts'
import { isBag, type Bag } from './shapes.ts'

/** A tool call as a person may have approved it. */
export interface ApprovableCall {
  readonly toolCallId: string
  readonly toolName: string
  readonly input: unknown
}

/**
 * Whether the history says that a person approved exactly this call, which has not been answered since. An approval
 * speaks for one tool and one input: an id that turns up again with something else is not approved.
 */
export function isApproved(messages: readonly unknown[] | undefined, call: ApprovableCall): boolean {
  let requested: unknown
  let isSame = false
  let approved = false
  for (const part of partsOf(messages)) {
    if (part['type'] === 'tool-approval-response')
      approved ||= isSame && part['approved'] === true && part['approvalId'] === requested
    if (part['toolCallId'] !== call.toolCallId) continue
    if (part['type'] === 'tool-approval-request') requested = part['approvalId']
    if (part['type'] === 'tool-result') approved = false
    if (part['type'] !== 'tool-call') continue
    approved = false
    isSame = part['toolName'] === call.toolName && isDeepStrictEqual(part['input'], call.input)
  }
  return approved
}

function* partsOf(messages: readonly unknown[] | undefined): Generator<Bag> {
  for (const message of messages ?? []) {
    const content = isBag(message) ? message['content'] : undefined
    for (const part of Array.isArray(content) ? content : []) if (isBag(part)) yield part
  }
}
