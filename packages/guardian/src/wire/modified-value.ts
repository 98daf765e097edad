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
import { contextOf, innerOf, readParams, type RequestParts } from './read-params.ts'
import { parseForm, type ValueForm } from './wire-value.ts'

interface Fixed {
  /** The member of params that holds them. */
  readonly within: string
  readonly names: readonly string[]
}

// a guardian that changed one of these would let another thing happen than the one it was asked about
const FIXED: Partial<Record<RequestParts['hook'], Fixed>> = {
  message: { within: 'message', names: ['id', 'role'] },
  toolCallRequest: { within: 'toolCallRequest', names: ['executionId', 'toolId'] },
  toolCallResult: { within: 'toolCallResult', names: ['executionId'] },
}

// MCP methods whose params name what is called
const NAMING: ReadonlySet<string> = new Set(['tools/call', 'prompts/get'])

/**
 * Takes from a `modifiedRequest` the one member that its hook may change. Id, tool, execution, message id, role and
 * inner method must be absent or as they were sent; everything else is ignored.
 */
export function readModifiedRequest(sent: WireStep, request: unknown): Reading<unknown> {
  const id = member(request, 'id')
  if (id !== undefined && id !== sent.id) return unreadable('modifiedRequest has another id')
  const original = partsOf(encodeAosRequest(sent, 'aos-0.1'))
  const given = partsOf(request, original?.form)
  if (original === undefined || given === undefined || given.method !== original.method)
    return unreadable('modifiedRequest is no request of the method that was sent')
  const changed = withFixed(given, original)
  const problem = changed.ok ? problemOfInner(original, changed.value) : changed.problem
  if (!changed.ok || problem !== undefined) return unreadable(`modifiedRequest ${problem ?? ''}`)
  const read = readParams(changed.value)
  if (!read.ok) return unreadable(`of modifiedRequest, ${read.problem}`)
  const { value } = read.value
  // no outputs at all is what is left of a result
  if (value === undefined && sent.hook === 'toolCallResult') return readAs('')
  return value === undefined ? unreadable('modifiedRequest has no value') : readAs(value)
}

function partsOf(request: unknown, form?: ValueForm): RequestParts | undefined {
  const known = parseMethod(textMember(request, 'method') ?? '')
  const params = recordMember(request, 'params')
  if (known === undefined || !isRecord(request)) return undefined
  const parts = { ...known, params: params ?? {}, message: request }
  // a guardian of ours says how it shaped the new value, any other leaves what it was sent, or leaves it out
  const guardian = recordMember(contextOf(parts), 'guardian')
  return { ...parts, form: guardian === undefined ? form : parseForm(member(guardian, 'form')) }
}

// what is fixed may be left out of a modified request, and is filled in as it was
function withFixed(given: RequestParts, original: RequestParts): Reading<RequestParts> {
  const fixed = FIXED[given.hook]
  if (fixed === undefined) return readAs(given)
  const { within, names } = fixed
  const before = recordMember(original.params, within)
  const after: JsonRecord = recordMember(given.params, within) ?? given.params
  const other = names.find((name) => Object.hasOwn(after, name) && after[name] !== member(before, name))
  if (other !== undefined) return unreadable(`changes ${other}`)
  const kept = Object.fromEntries(names.map((name) => [name, member(before, name)]))
  return readAs({ ...given, params: { ...given.params, [within]: { ...after, ...kept } } })
}

// of a protocol message only the params, the result or the error may change
function problemOfInner(original: RequestParts, changed: RequestParts): string | undefined {
  if (original.hook !== 'mcp' && original.hook !== 'a2a') return undefined
  const before = innerOf(original)
  const after = innerOf(changed)
  if (!before.ok || !after.ok) return 'has no protocol message'
  const { method, value } = before.value
  if (method !== after.value.method) return 'changes the method of the protocol message'
  if (before.value.isError !== after.value.isError)
    return 'makes an error of a result, or a result of an error'
  const isNaming = method !== undefined && NAMING.has(method)
  return isNaming && member(value, 'name') !== member(after.value.value, 'name')
    ? 'names another tool'
    : undefined
}
