import type { WireStep } from './codec.ts'
import { encodeAosRequest } from './encode-request.ts'
import { parseMethod } from './methods.ts'
import {
  isRecord,
  member,
  readAs,
  recordMember,
  textMember,
  unreadable,
  type JsonRecord,
  type Reading,
} from './read.ts'
import { contextOf, readParams, type ParamFacts, type RequestParts } from './read-params.ts'
import { parseForm, type ValueForm } from './wire-value.ts'

// a guardian that changed one of these would let another thing happen than the one it was asked about
const FIXED = ['executionId', 'toolName', 'messageId', 'role'] as const

// MCP methods whose params name what is called
const NAMING: ReadonlySet<string> = new Set(['tools/call', 'prompts/get'])

/**
 * Takes from a `modifiedRequest` the one member that its hook may change. Everything else must be absent or as it was
 * sent, except the context, which is ignored.
 */
export function readModifiedRequest(sent: WireStep, request: unknown): Reading<unknown> {
  if (!isRecord(request)) return unreadable('modifiedRequest is not an object')
  const id = member(request, 'id')
  if (id !== undefined && id !== sent.id) return unreadable('modifiedRequest has another id')
  const original = partsOf(encodeAosRequest(sent, 'aos-0.1'))
  const changed = partsOf(request, original?.form)
  if (original === undefined || changed === undefined || changed.method !== original.method)
    return unreadable('modifiedRequest is of another method')
  const before = readParams(original)
  const after = readParams(withRequired(changed, original))
  if (!before.ok || !after.ok)
    return unreadable(`of modifiedRequest, ${after.ok ? 'nothing can be taken' : after.problem}`)
  const problem = problemOfChange(before.value, after.value)
  if (problem !== undefined) return unreadable(`modifiedRequest ${problem}`)
  const { value } = after.value
  // no outputs at all is what is left of a result
  if (value === undefined && sent.hook === 'toolCallResult') return readAs('')
  return value === undefined ? unreadable('modifiedRequest has no value') : readAs(value)
}

function partsOf(request: unknown, form?: ValueForm): RequestParts | undefined {
  const known = parseMethod(textMember(request, 'method') ?? '')
  const params = recordMember(request, 'params') ?? {}
  if (known === undefined || !isRecord(request)) return undefined
  const parts = { ...known, params, message: request }
  // a guardian of ours says how it shaped the new value, any other leaves what it was sent, or leaves it out
  const guardian = recordMember(contextOf(parts), 'guardian')
  return { ...parts, form: guardian === undefined ? form : parseForm(member(guardian, 'form')) }
}

const STEP_MEMBERS: Partial<Record<RequestParts['hook'], string>> = {
  message: 'message',
  toolCallRequest: 'toolCallRequest',
}

// what is fixed may be left out of a modified request
function withRequired(changed: RequestParts, original: RequestParts): RequestParts {
  const name = STEP_MEMBERS[changed.hook]
  const given = name === undefined ? undefined : recordMember(changed.params, name)
  if (name === undefined || given === undefined) return changed
  const filled: JsonRecord = { ...fixedMembers(recordMember(original.params, name)), ...given }
  return { ...changed, params: { ...changed.params, [name]: filled } }
}

function fixedMembers(source: JsonRecord | undefined): JsonRecord {
  const { content: _content, inputs: _inputs, ...fixed } = source ?? {}
  return fixed
}

function problemOfChange(before: ParamFacts, after: ParamFacts): string | undefined {
  const other = FIXED.find((name) => after[name] !== undefined && after[name] !== before[name])
  if (other !== undefined) return `changes ${other}`
  const { protocol } = before
  const method = after.protocol?.method
  if (protocol === undefined) return undefined
  if (method !== undefined && method !== protocol.method) return 'changes the method of the message'
  const isNaming = protocol.method !== undefined && NAMING.has(protocol.method)
  return isNaming && member(after.value, 'name') !== member(before.value, 'name')
    ? 'names another tool'
    : undefined
}
