import { AosDeniedError } from '../../errors.ts'
import { consume, decideNow, type Ticket } from '../../run/gate.ts'
import type { Step } from '../../run/step.ts'
import { judgeAnswer, type AnswerGuard } from './answer.ts'
import { emitterFor, wouldStream, type Speech } from './emitter.ts'
import { factsOf, namesOf } from './model-facts.ts'
import type { RunScope } from './run-scope.ts'
import { isAnswer, isBag, withMembers, type AnswerShape } from './shapes.ts'
import { callsOf, joined, saysAnything, withoutCalls } from './spoken-pieces.ts'

/** One call of a model in one run, however its seam makes it. */
export interface ModelCall {
  readonly model: object
  readonly scope: RunScope
  readonly gate: Pick<AnswerGuard, 'structured' | 'onlyStructured' | 'toolFacts' | 'approval'>
  readonly messages: unknown
  /** Those who are told of what the model says. */
  readonly callbacks: unknown
  /** Calls the model, with nobody told of it where it is silent. */
  readonly perform: (silent: boolean) => unknown
  /** Has the model stream, with nobody told of it. */
  readonly stream: () => AsyncIterable<AnswerShape> | PromiseLike<AsyncIterable<AnswerShape>>
  /** Has another model say what was decided, to everybody. */
  readonly emit: (emitter: object) => unknown
}

/**
 * Calls a model and judges its answer. Where somebody listens and a handler guards what it says, the listeners get the
 * answer when it has been judged, and nothing before; where only its tool calls are guarded, its text leaves as it comes.
 */
export async function callModel(call: ModelCall): Promise<unknown> {
  const { model, scope, callbacks } = call
  const { run } = scope
  const heard = isHeard(callbacks)
  // what is judged later must not be told now
  if (scope.texts === 'agent' && holdsText(scope)) return whole(call, false)
  if (!heard || !holdsAnything(scope)) return whole(call, heard)
  const spoken: Spoken = { answer: undefined }
  const speech: Speech =
    !holdsText(scope) && wouldStream(model, callbacks)
      ? { pieces: () => pieces(call, spoken) }
      : { whole: async () => (spoken.answer = await whole(call, false)) }
  const emitter = emitterFor(model, speech)
  if (emitter === undefined) return whole(call, false)
  const said = await run.enter(() => call.emit(emitter))
  return withIdOf(spoken.answer, said)
}

/** Whether a handler guards what a model says, so that it must not leave before it has been judged. */
export function holdsAnything(scope: RunScope): boolean {
  return holdsText(scope) || guardsTools(scope)
}

/** Whether a handler guards calls of tools, also those that an answer brings the results of. */
export function guardsTools({ run }: RunScope): boolean {
  return run.guards('toolCallRequest') || run.guards('toolCallResult')
}

/** Whether a handler guards the texts of the agent. */
export function holdsText({ run }: RunScope): boolean {
  return run.guards('message') && run.core.options.streamGuard === 'buffer'
}

/** What was decided of an answer that was streamed. */
export interface Spoken {
  answer: unknown
}

async function whole(call: ModelCall, heard: boolean): Promise<unknown> {
  const { step } = await admitted(call)
  let given: unknown
  try {
    given = await call.scope.run.enter(() => call.perform(!heard), step)
  } catch (error) {
    step.fail(error)
    throw error
  }
  if (isAnswer(given)) return judged(call, { step, answer: given, left: heard })
  step.end('ok')
  return given
}

/** What may leave of an answer as it comes: its text, and its calls when they have been decided. */
export async function* pieces(call: ModelCall, spoken: Spoken): AsyncGenerator<AnswerShape> {
  const { step } = await admitted(call)
  const held = holdsText(call.scope)
  const guarded = held || guardsTools(call.scope)
  let answer: AnswerShape | undefined
  let last: AnswerShape | undefined
  try {
    for await (const piece of await call.scope.run.enter(() => call.stream(), step)) {
      answer = joined(answer, piece)
      last = piece
      if (!guarded) yield piece
      else if (!held && saysAnything(piece)) yield withoutCalls(piece)
    }
  } catch (error) {
    step.fail(error)
    throw error
  }
  if (answer === undefined) return step.end('ok')
  const decided = await judged(call, { step, answer, left: !held })
  spoken.answer = decided
  const rest = held ? decided : guarded ? callsOf(decided, last) : undefined
  if (rest !== undefined) yield rest
}

interface Given {
  readonly step: Step
  readonly answer: AnswerShape
  /** Whether its text has left already, so that judging it may change nothing. */
  readonly left: boolean
}

function judged({ gate, scope }: ModelCall, { step, answer, left }: Given): Promise<AnswerShape> {
  const { run } = scope
  step.setFacts(factsOf(answer))
  step.captureOutput(answer)
  step.end('ok')
  const observed = left && run.core.options.streamGuard === 'observe'
  return judgeAnswer({ ...gate, scope, observed }, answer)
}

async function admitted({ model, scope, messages }: ModelCall): Promise<Ticket> {
  const { run } = scope
  const names = namesOf(model)
  const ticket = await decideNow(run, {
    kind: 'modelCall',
    name: names.model,
    value: messages,
    model: { requested: names.model, provider: names.provider },
    component: { id: `model:${names.model}`, type: 'model', name: names.model },
  })
  if (ticket.denial !== undefined) throw new AosDeniedError(ticket.denial)
  consume(ticket)
  return ticket
}

function isHeard(callbacks: unknown): boolean {
  if (Array.isArray(callbacks)) return callbacks.length > 0
  if (!isBag(callbacks)) return false
  const handlers = callbacks['handlers']
  return !Array.isArray(handlers) || handlers.length > 0
}

// listeners were told of the answer under the id that the framework gave it
function withIdOf(answer: unknown, said: unknown): unknown {
  if (!isAnswer(answer)) return said
  return answer.id !== undefined || !isAnswer(said) ? answer : withMembers(answer, { id: said.id })
}
