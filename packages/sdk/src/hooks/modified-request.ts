import type { HookName } from './hook-names.ts'

/** The value a whole modified request carries, or why it carries none that may be applied. */
export type ModifiedValue =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: string }

const PATHS: Partial<Record<HookName, readonly string[]>> = {
  agentTrigger: ['trigger', 'content'],
  message: ['message', 'content'],
  toolCallRequest: ['toolCallRequest', 'inputs'],
  toolCallResult: ['toolCallResult', 'result', 'outputs'],
  knowledgeRetrieval: ['knowledgeStep', 'results'],
  memoryStore: ['memory'],
  memoryContextRetrieval: ['memory'],
}

/**
 * Takes from an AOS `modifiedRequest` the one member its hook may change; everything else in it is ignored
 * (AOS Instrument, responses: modifiedRequest is a whole request of the same method).
 */
export function valueOfModifiedRequest(hook: HookName, request: unknown): ModifiedValue {
  const path = PATHS[hook]
  if (path === undefined)
    return { ok: false, problem: `modifiedRequest is not defined for ${hook}; return modifications` }
  if (member(request, 'method') !== `steps/${hook}`) {
    return { ok: false, problem: `modifiedRequest.method is not steps/${hook}` }
  }
  let value: unknown = member(request, 'params')
  for (const key of path) value = member(value, key)
  if (value === undefined)
    return { ok: false, problem: `modifiedRequest.params.${path.join('.')} is missing` }
  return hook === 'toolCallRequest'
    ? inputsToParameters(value)
    : { ok: true, value: partsToText(hook, value) }
}

function inputsToParameters(inputs: unknown): ModifiedValue {
  if (!Array.isArray(inputs)) return { ok: false, problem: 'toolCallRequest.inputs is not a list' }
  const parameters: Record<string, unknown> = {}
  for (const input of inputs) {
    const name = member(input, 'name')
    if (typeof name !== 'string' || name === '__proto__')
      return { ok: false, problem: 'an input has no name' }
    parameters[name] = member(input, 'value')
  }
  return { ok: true, value: parameters }
}

function partsToText(hook: HookName, value: unknown): unknown {
  if (hook !== 'message' && hook !== 'agentTrigger' && hook !== 'toolCallResult') return value
  if (!Array.isArray(value) || value.some((part) => typeof member(part, 'text') !== 'string')) return value
  return value.map((part) => String(member(part, 'text'))).join('')
}

function member(source: unknown, key: string): unknown {
  return typeof source === 'object' && source !== null ? Reflect.get(source, key) : undefined
}
