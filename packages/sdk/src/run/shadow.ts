import { runChain, type ChainInput } from '../hooks/chain.ts'
import type { JudgedValue } from '../hooks/judged-value.ts'
import type { Registration } from '../hooks/registry.ts'
import type { Question } from './judge-hook.ts'
import type { Run } from './run.ts'

/** Starts the shadow handlers beside the real ones; whatever they say, throw or delay is recorded and changes nothing. */
export function judgeShadow(
  run: Run,
  question: Question,
  shadow: {
    readonly input: ChainInput
    readonly registrations: readonly Registration[]
    readonly initial: JudgedValue
  },
): void {
  for (const registration of shadow.registrations) {
    // a timer turn later, so that even a handler that works synchronously delays nothing
    run.core.shadows.track(nextTurn().then(() => judgeOne(run, question, { ...shadow, registration })))
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

async function judgeOne(
  run: Run,
  question: Question,
  shadow: { readonly input: ChainInput; readonly registration: Registration; readonly initial: JudgedValue },
): Promise<void> {
  const started = run.core.now()
  const { subject } = shadow.input
  const judgement = await runChain(
    { ...shadow.input, registrations: [shadow.registration], tap: undefined },
    shadow.initial,
  )
  question.step.decide('none', () => ({
    decisionId: subject.decisionId,
    hook: question.hook,
    phase: question.phase,
    verdict: judgement.thrown === undefined ? (judgement.modified ? 'modify' : judgement.verdict) : 'throw',
    enforced: 'none',
    source: 'shadow',
    by: shadow.registration.name,
    reason: judgement.reason === undefined ? undefined : run.core.content.message(judgement.reason),
    reasonCodes: judgement.reasonCodes.map((code) => run.core.content.message(code)),
    latencyMs: run.core.now() - started,
    handlers: run.core.content.handlers(judgement.handlers),
    shadow: true,
    at: run.core.now(),
  }))
}
