import { HOOK_NAMES, type AosError, type HookAnswer, type HookName } from '@aos/sdk'
import { compileMatch } from '@aos/sdk/adapter'
import type { Policy, PolicyContext } from '../policy/policy.ts'
import { callOf, UNREADABLE_CALL } from '../policies/tool-access-call.ts'
import { invalidOption, knownOptions, policyName, positive, textList } from '../policies/policy-options.ts'
import { stepInput, type StepInput } from '../policies/step-input.ts'
import { createOpaClient, type OpaClient, type OpaResult } from './opa-client.ts'
import { opaAnswer } from './opa-answer.ts'

/** What decides in process: a function, or an object such as a compiled policy that has one. */
export type OpaEvaluator =
  | ((input: StepInput) => unknown)
  | { readonly evaluate: (input: StepInput) => unknown }

/** Options of {@link opaPolicy}: `url` and `path`, or `evaluate`. */
export interface OpaPolicyOptions {
  /** Under which decisions are recorded; default `opa`. */
  readonly name?: string | undefined
  /** Where OPA listens: https, or http on this machine. */
  readonly url?: string | undefined
  /** The rule to ask for, such as `agents/decision`. */
  readonly path?: string | undefined
  /** Decides in process; gives the result, or the list of results that compiled Rego gives. */
  readonly evaluate?: OpaEvaluator | undefined
  /** Default 500; it covers connecting, sending and reading. */
  readonly timeoutMs?: number | undefined
  /** Default `toolCallRequest`, which means calls of MCP that no tool of the agent makes, too. */
  readonly hooks?: HookName | readonly HookName[] | undefined
  /** Limits `toolCallRequest` and `toolCallResult` to tools by name or glob. */
  readonly match?: string | readonly string[] | undefined
  /** Token that OPA asks for. */
  readonly bearer?: string | undefined
  /** Reads results of another form; what it throws is a deny `opa_error`. */
  readonly mapResult?: ((result: unknown) => HookAnswer) | undefined
}

const POLICY = 'opa'
const OPTIONS = ['name', 'url', 'path', 'evaluate', 'timeoutMs', 'hooks', 'match', 'bearer', 'mapResult']
const TIMEOUT_MS = 500

/**
 * Asks the Open Policy Agent, over its data API or in process. The result is true or false, `{ allow, reason }` or
 * `{ decision, message }`; none is a deny `opa_undefined`, and anything else, a fault or a late answer `opa_error`.
 */
export function opaPolicy(options: OpaPolicyOptions): Policy {
  knownOptions(POLICY, options, OPTIONS)
  const match = textList(POLICY, 'match', options.match)
  if (match !== undefined) compileMatch(match)
  const read = options.mapResult ?? opaAnswer
  if (typeof read !== 'function') throw invalid('mapResult', 'is no function', 'Pass a function.')
  const wanted = readHooks(options.hooks)
  const readsCalls = wanted.includes('toolCallRequest') && !wanted.includes('mcp')
  const common = {
    name: policyName(POLICY, options.name),
    hooks: readsCalls ? ([...wanted, 'mcp'] as const) : wanted,
    ...(match === undefined ? {} : { match }),
  }
  const ask = options.evaluate === undefined ? undefined : inProcess(options)
  const evaluate = (judge: Judge): Judge => (readsCalls ? asCalls(judge) : judge)
  if (ask !== undefined) return { ...common, evaluate: evaluate((context) => answerNow(ask, read, context)) }
  const client = remote(options)
  return {
    ...common,
    evaluate: evaluate(async (context) =>
      answerOf(await asked(context, () => client.ask(stepInput(context), context.signal)), read),
    ),
    close: () => client.close(),
  }
}

// a journal keeps what the server answers, and a replay asks it nothing
async function asked({ journal }: PolicyContext, ask: () => Promise<OpaResult>): Promise<OpaResult> {
  return journal === undefined ? ask() : ((await journal.outside('opa', ask)) as OpaResult)
}

type Judge = Policy['evaluate']

function asCalls(judge: Judge): Judge {
  return (context) => {
    const step = context.hook === 'mcp' ? callOf(context) : context
    return step === 'unreadable' ? UNREADABLE_CALL : step && judge(step)
  }
}

function inProcess({ evaluate, url, path, bearer }: OpaPolicyOptions): (input: StepInput) => unknown {
  if (url !== undefined || path !== undefined || bearer !== undefined)
    throw invalid('evaluate', 'stands beside url, path or bearer', 'Pass either url or evaluate.')
  if (typeof evaluate === 'function') return evaluate
  if (typeof evaluate?.evaluate === 'function') return (input) => evaluate.evaluate(input)
  throw invalid('evaluate', 'is neither a function nor has one', 'Pass a loaded policy or a function.')
}

function remote({ url, path, bearer, timeoutMs }: OpaPolicyOptions): OpaClient {
  if (url === undefined) throw invalid('url', 'is missing, and so is evaluate', 'Pass url or evaluate.')
  if (typeof path !== 'string' || !/^\/?[\w-]+(?:\/[\w-]+)*$/.test(path))
    throw invalid('path', 'names no rule', "Write the path of a rule, such as 'agents/decision'.")
  if (bearer !== undefined && (typeof bearer !== 'string' || !/^[\x21-\x7e]+$/.test(bearer)))
    throw invalid('bearer', 'is no token', 'Pass the token alone, without "Bearer".')
  const ms = positive(POLICY, { option: 'timeoutMs', given: timeoutMs }) ?? TIMEOUT_MS
  return createOpaClient({ url, path: path.replace(/^\//, ''), bearer, timeoutMs: ms })
}

function answerNow(
  ask: (input: StepInput) => unknown,
  read: (result: unknown) => HookAnswer,
  context: PolicyContext,
): HookAnswer | PromiseLike<HookAnswer> {
  try {
    const result = ask(stepInput(context))
    if (!(result instanceof Promise)) return answerOf({ ok: true, result: firstResult(result) }, read)
    return result.then(
      (settled: unknown) => answerOf({ ok: true, result: firstResult(settled) }, read),
      () => failed('its evaluation failed'),
    )
  } catch {
    return failed('its evaluation failed')
  }
}

/** Takes the result out of the list that compiled Rego gives; an empty list is no result. */
function firstResult(given: unknown): unknown {
  if (!Array.isArray(given)) return given
  if (given.length === 0) return undefined
  const only: unknown = given.length === 1 ? given[0] : undefined
  const wrapped = typeof only === 'object' && only !== null && Object.hasOwn(only, 'result')
  return wrapped ? Reflect.get(only, 'result') : given
}

function answerOf(given: OpaResult, read: (result: unknown) => HookAnswer): HookAnswer {
  if (!given.ok) return failed(given.problem)
  if (given.result === undefined)
    return { decision: 'deny', message: 'The policy has no decision for this', reasonCode: 'opa_undefined' }
  try {
    return read(given.result)
  } catch {
    return failed('its result cannot be read')
  }
}

function failed(problem: string): HookAnswer {
  return { decision: 'deny', message: `The policy could not decide: ${problem}`, reasonCode: 'opa_error' }
}

function readHooks(given: unknown): readonly HookName[] {
  const names = textList(POLICY, 'hooks', given) ?? ['toolCallRequest']
  const hooks = HOOK_NAMES.filter((hook) => names.includes(hook))
  if (hooks.length > 0 && hooks.length === new Set(names).size) return hooks
  throw invalid('hooks', 'names an unknown hook, or none', `Use any of: ${HOOK_NAMES.join(', ')}.`)
}

function invalid(option: string, problem: string, fix: string): AosError {
  return invalidOption(POLICY, { option, problem, fix })
}
