import { canonicalJson } from '@agent-run/types'
import { PolicyResponse, type GuardianDecision } from '../policy-response.ts'
import type {
  CodecName,
  DecodedResponse,
  DecodeOptions,
  JsonRpcError,
  JsonRpcResponse,
  WireStep,
} from './codec.ts'
import { encodeAosRequest } from './encode-request.ts'
import { readModifiedRequest } from './modified-value.ts'
import { isSentAsError } from './protocol-error.ts'
import {
  defined,
  isRecord,
  isTextList,
  member,
  namesPrototype,
  readAs,
  textMember,
  unreadable,
  type JsonRecord,
  type Reading,
} from './read.ts'
import { problemOfResponse } from './validate-message.ts'
import { toWireJson } from './wire-json.ts'

/** Reason code of a denial that stands for `ask`; `data.approval` says what is waited for. */
const APPROVAL_REQUIRED = 'approval_required'

type Word = Exclude<GuardianDecision, 'ask'>

const WORDS: ReadonlyMap<string, Word> = new Map<string, Word>([
  ['allow', 'allow'],
  ['permit', 'allow'],
  ['deny', 'deny'],
  ['block', 'deny'],
  ['modify', 'modify'],
])

/**
 * Makes the answer to a request. The wire has no word for `ask`: it is a `deny` with the reason code
 * `approval_required` and an object `data.approval`. A `modify` without a value, or one that makes an error of a result
 * or a result of an error, is a deny `invalid_modification`, an `ask` over a changed value one `ask_after_modify`.
 */
export function encodeDecision(codec: CodecName, step: WireStep, decision: PolicyResponse): JsonRpcResponse {
  const id = step.idless === true ? null : step.id
  const said = onWire(step, decision)
  const isModify = said.decision === 'modify'
  const common = defined({
    reasoning: decision.reasoning,
    reasonCode: said.reasonCode.length === 0 ? undefined : [...said.reasonCode],
    data: said.data === undefined ? undefined : toWireJson(said.data),
  })
  if (codec === 'landing') {
    const modifications = isModify ? toWireJson(decision.modifications) : undefined
    const result = { action: said.decision.toUpperCase(), reason: said.message, modifications, ...common }
    return { jsonrpc: '2.0', id, result: defined(result) }
  }
  const modifiedRequest = isModify
    ? encodeAosRequest({ ...step, value: decision.modifications }, codec)
    : undefined
  const result = { decision: said.decision, message: said.message, ...common, modifiedRequest }
  return { jsonrpc: '2.0', id, result: defined(result) }
}

function turnsError(step: WireStep, value: unknown): boolean {
  return isSentAsError(step) !== isSentAsError({ ...step, value })
}

interface Said {
  readonly decision: Word
  readonly message: string
  readonly reasonCode: readonly string[]
  readonly data: JsonRecord | undefined
}

function onWire(
  step: WireStep,
  { decision, message, reasonCode, data, modifications, policies }: PolicyResponse,
): Said {
  const named = policies.length === 0 ? data : { ...data, guardian: { policies } }
  if (decision === 'modify' && (modifications === undefined || turnsError(step, modifications)))
    return { decision: 'deny', message, reasonCode: [...reasonCode, 'invalid_modification'], data: named }
  if (decision !== 'ask') return { decision, message, reasonCode, data: named }
  // a deny has no place for a changed value, and whoever approved would approve the value as it was
  if (modifications !== undefined)
    return { decision: 'deny', message, reasonCode: [...reasonCode, 'ask_after_modify'], data: named }
  const approval = member(data, 'approval')
  return {
    decision: 'deny',
    message,
    reasonCode: reasonCode.includes(APPROVAL_REQUIRED) ? reasonCode : [...reasonCode, APPROVAL_REQUIRED],
    data: { ...named, approval: isRecord(approval) ? approval : {} },
  }
}

/**
 * Reads the answer to a request, in the words of either dialect. A `deny` with the reason code `approval_required` and
 * an object `data.approval` is an `ask`. Never throws; whatever is not exactly a decision on that step is not ok.
 */
export function decodeDecision(
  codec: CodecName,
  sent: WireStep,
  { answer, lenient = true }: { readonly answer: unknown } & DecodeOptions,
): DecodedResponse {
  try {
    const envelope = problemOfEnvelope(codec, sent, answer)
    if (envelope !== undefined) return envelope
    const problem = lenient ? undefined : problemOfResponse(answer, codec === 'landing' ? 'landing' : 'aos')
    if (problem !== undefined) return invalid(`the schema says: ${problem}`)
    return readResult(sent, member(answer, 'result'))
  } catch {
    // reading a member of something that was not parsed from JSON may do anything
    return invalid('it cannot be read')
  }
}

function problemOfEnvelope(codec: CodecName, sent: WireStep, answer: unknown): DecodedResponse | undefined {
  if (!isRecord(answer) || member(answer, 'jsonrpc') !== '2.0')
    return invalid('it is not one JSON-RPC 2.0 response')
  const error = member(answer, 'error')
  const hasResult = member(answer, 'result') !== undefined
  if (hasResult === (error !== undefined)) return invalid('it has not one of result and error')
  const id = member(answer, 'id')
  // the landing page prints its answers without ids; a guardian that could not read the id says null
  const isBound = id === sent.id || (id === undefined ? codec === 'landing' : id === null && !hasResult)
  if (!isBound) return invalid('it answers another request')
  return error === undefined ? undefined : readError(error)
}

function readError(error: unknown): DecodedResponse {
  const code = member(error, 'code')
  const message = textMember(error, 'message')
  if (typeof code !== 'number' || !Number.isInteger(code) || message === undefined)
    return invalid('its error has no code or no message')
  const data = member(error, 'data')
  const rpcError: JsonRpcError = data === undefined ? { code, message } : { code, message, data }
  return { ok: false, code: 'guardian_error', problem: `it answered with the error ${code}`, rpcError }
}

function readResult(sent: WireStep, result: unknown): DecodedResponse {
  const said = readSaid(result)
  if (!said.ok) return invalid(said.problem)
  const { decision, data, ...rest } = said.value
  const init = { ...rest, ...withoutPolicies(data) }
  if (decision === 'modify') {
    const value = readModification(sent, result)
    if (!value.ok) return { ok: false, code: 'invalid_modification', problem: value.problem }
    return decided({ ...init, decision, modifications: value.value })
  }
  if (decision === 'allow' && isModifying(result)) return invalid('it allows, and modifies')
  const isAsk =
    decision === 'deny' && rest.reasonCode.includes(APPROVAL_REQUIRED) && isRecord(member(data, 'approval'))
  return decided({ ...init, decision: isAsk ? 'ask' : decision })
}

function withoutPolicies(data: JsonRecord | undefined): Pick<PolicyResponse, 'data' | 'policies'> {
  const { guardian, ...others } = data ?? {}
  const policies = member(guardian, 'policies')
  if (!isTextList(policies)) return { data, policies: [] }
  return { data: Object.keys(others).length === 0 ? undefined : others, policies }
}

interface Spoken {
  readonly decision: Word
  readonly message: string
  readonly reasoning: string | undefined
  readonly reasonCode: readonly string[]
  readonly data: JsonRecord | undefined
}

function readSaid(result: unknown): Reading<Spoken> {
  const word = readWord(result)
  if (!word.ok) return word
  const message = textMember(result, 'message') ?? textMember(result, 'reason')
  if (message === undefined) return unreadable('its decision has no message')
  const reasonCode = member(result, 'reasonCode') ?? []
  const codes = typeof reasonCode === 'string' ? [reasonCode] : reasonCode
  if (!isTextList(codes)) return unreadable('its reasonCode is not a list of texts')
  const data = member(result, 'data') ?? undefined
  if (data !== undefined && !isRecord(data)) return unreadable('its data is not an object')
  return readAs({
    decision: word.value,
    message,
    reasoning: textMember(result, 'reasoning'),
    reasonCode: codes,
    data,
  })
}

function readWord(result: unknown): Reading<Word> {
  const said = [member(result, 'decision'), member(result, 'action')].filter((word) => word !== undefined)
  const words = said.map((word) => (typeof word === 'string' ? WORDS.get(word.toLowerCase()) : undefined))
  const [word] = words
  if (word === undefined) return unreadable('its decision is none of allow, deny and modify')
  return words.every((other) => other === word)
    ? readAs(word)
    : unreadable('its decision and its action differ')
}

function readModification(sent: WireStep, result: unknown): Reading<unknown> {
  // null stands for nothing in either member, so the landing page's dialect cannot modify to null
  const request = member(result, 'modifiedRequest') ?? undefined
  const modifications = member(result, 'modifications') ?? undefined
  if (namesPrototype(request) || namesPrototype(modifications))
    return unreadable('it names __proto__, or is too deep')
  if (request === undefined)
    return modifications === undefined
      ? unreadable('it modifies, and says nothing of how')
      : readAs(modifications)
  const read = readModifiedRequest(sent, request)
  if (!read.ok || modifications === undefined) return read
  const same = canonicalJson(read.value) === canonicalJson(modifications)
  return same ? read : unreadable('its modifiedRequest and its modifications differ')
}

function isModifying(result: unknown): boolean {
  const modifications = member(result, 'modifications') ?? {}
  const isEmpty = isRecord(modifications) && Object.keys(modifications).length === 0
  return !isEmpty || (member(result, 'modifiedRequest') ?? undefined) !== undefined
}

function decided(init: ConstructorParameters<typeof PolicyResponse>[0]): DecodedResponse {
  return { ok: true, decision: new PolicyResponse(init) }
}

function invalid(problem: string): DecodedResponse {
  return { ok: false, code: 'guardian_invalid_response', problem }
}
