import { isAosError, parseHookName, type HookName } from '@aos/sdk'
import type { DecodedRequest, JsonRpcRequest, WireAgent, WireStep } from './codec.ts'
import { defined, isRecord, member, recordMember, textMember, type JsonRecord } from './read.ts'
import { invalidParams } from './rpc-error.ts'
import { readSession, readStepContext, toTimestamp, type Unsaid } from './step-context.ts'
import { factsBeside, readTexts } from './step-facts.ts'
import { toWireJson } from './wire-json.ts'
import { LANDING_VALUE } from './wire-value.ts'

const METHOD = 'guardian/evaluate'

/** Whether a method asks for a decision in the words of the landing page. */
export function isLandingRequest(method: string): boolean {
  return method === METHOD
}

/**
 * Makes the request of the landing page that asks for a decision on a step: hook, tool, the value and the session as
 * printed there, every other fact in the extension `context.guardian`.
 */
export function encodeLandingRequest(step: WireStep): JsonRpcRequest {
  const { id, hook, toolName, value, session, policies } = step
  const context = defined({
    tool: toolName,
    [LANDING_VALUE[hook]]: value === undefined ? undefined : toWireJson(value),
    session: session.id,
    guardian: toGuardian(step),
  })
  return { jsonrpc: '2.0', id, method: METHOD, params: defined({ hook, context, policies }) }
}

function toGuardian(step: WireStep): JsonRecord {
  const { pass, runId, parentRunId, agent, user, session, trace } = step
  return defined({
    pass,
    runId,
    parentRunId,
    turnId: step.turnId,
    stepId: step.decisionId,
    timestamp: toTimestamp(step.timestamp),
    agent: defined<WireAgent>({ ...agent }),
    user: user === undefined ? undefined : defined({ ...user }),
    trace: trace === undefined ? undefined : { ...trace },
    generatedSession: session.generated ? true : undefined,
    form: step.value === undefined ? 'none' : undefined,
    ...factsBeside(step, (name) => name === 'toolName'),
  })
}

/** Reads a request of the landing page. */
export function readLandingRequest(message: JsonRecord, unsaid: Unsaid): DecodedRequest {
  const params = recordMember(message, 'params')
  const hook = readHook(member(params, 'hook'))
  if (hook === undefined) return refuse('params.hook is not the name of a hook')
  const context = recordMember(params, 'context')
  if (context === undefined) return refuse('params.context is not an object')
  const guardian = member(context, 'guardian')
  const { facts, form } = readStepContext({ ...(isRecord(guardian) ? guardian : {}), guardian }, unsaid)
  const name = LANDING_VALUE[hook]
  const value = member(context, Object.hasOwn(context, name) ? name : 'parameters')
  if (value === undefined && form !== 'none') return refuse(`params.context.${name} is missing`)
  const session = readSession(member(context, 'session'))
  const isGenerated = member(guardian, 'generatedSession') === true
  const step: WireStep = {
    ...facts,
    ...defined({
      toolName: textMember(context, 'tool'),
      policies: readTexts(member(params, 'policies')),
    }),
    session: { ...session, generated: session.generated || isGenerated },
    id: '',
    hook,
    value,
  }
  return { ok: true, step, codec: 'landing' }
}

function readHook(name: unknown): HookName | undefined {
  try {
    return parseHookName(name)
  } catch (error) {
    if (isAosError(error, 'unknown_hook')) return undefined
    throw error
  }
}

function refuse(problem: string): DecodedRequest {
  return { ok: false, error: invalidParams(problem) }
}
