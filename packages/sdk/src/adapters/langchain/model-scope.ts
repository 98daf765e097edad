import { processState } from '../../process-state.ts'
import { inOpenRun } from '../../run/boundary.ts'
import type { ApprovalState } from '../../run/operation.ts'
import { Step } from '../../run/step.ts'
import { isEmitter } from './emitter.ts'
import type { ModelCall } from './model-call.ts'
import type { ModelForm } from './model-form.ts'
import { runAround, RunScope } from './run-scope.ts'
import { isBag, type AnswerShape, type Bag } from './shapes.ts'

/** The scope in which a model that nobody bound is judged; nothing where that is done already, or nobody cares. */
export function scopeFor<T>(
  model: object,
  config: unknown,
  work: (scope: RunScope) => Promise<T>,
): Promise<T> | undefined {
  const run = isEmitter(model) || isInsideModelCall() ? undefined : runAround(config)
  if (run === undefined || run.quiet) return undefined
  return inOpenRun(run, async (open) => {
    open.throwIfFatal()
    return work(RunScope.of(open))
  })
}

function isInsideModelCall(): boolean {
  const step = processState.ambient.getStore()?.step
  return step instanceof Step && step.kind === 'modelCall' && !step.ended
}

/** What models generate for a list of inputs: several answers for each. */
export interface Generations {
  readonly generations: readonly (readonly Bag[])[]
}

/** The answers in the pieces that a model generates. */
export async function* answersIn(form: ModelForm, chunks: unknown): AsyncGenerator<AnswerShape> {
  for await (const chunk of chunks as AsyncIterable<Bag>) yield form.answerIn(chunk)
}

/** How the answers of a model are judged that nothing but its call is known of. */
export function gateOf(options: unknown, approval: ApprovalState): ModelCall['gate'] {
  const structured = isBag(options) && options['ls_structured_output_format'] !== undefined
  return { structured, onlyStructured: structured, approval, toolFacts: () => ({}) }
}
