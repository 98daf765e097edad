import type { Run } from '../../run/run.ts'
import { guardedToolApproval } from './approval-seam.ts'
import type { ModelByName } from './model-by-name.ts'
import { guardModel, type ModelGate } from './model-seam.ts'
import { guardedRepairs } from './repair-seam.ts'
import { callIfFunction, isBag, type Bag, type ToolSet } from './shapes.ts'
import type { StreamWatch } from './stream-watch.ts'
import { guardTools, type ToolGate } from './tool-seam.ts'

/** Everything one call is gated with. */
export interface CallGate extends ModelGate, ToolGate {
  readonly run: Run
  readonly watch: StreamWatch | undefined
  /** Whether the framework has `toolApproval` (AI SDK 7). */
  readonly nativeApproval: boolean
  readonly modelByName: ModelByName
}

/** Gates the settings of one call: model, tools, the hooks between steps, and what tells that a stream has ended. */
export function guardSettings(settings: Bag, gate: CallGate): Bag {
  const guarded: Record<string, unknown> = { ...settings, ...guardedRepairs(settings, gate) }
  if (settings['model'] !== undefined) guarded['model'] = guardModel(settings['model'], gate)
  if (isBag(settings['tools'])) guarded['tools'] = guardTools(settings['tools'] as ToolSet, gate)
  guarded['prepareStep'] = guardedPrepareStep(settings, gate)
  if (gate.nativeApproval && isBag(settings['tools']))
    guarded['toolApproval'] = guardedToolApproval(settings['toolApproval'], gate)
  return gate.watch === undefined
    ? guarded
    : {
        ...guarded,
        ...endCallbacks(
          settings,
          gate.watch,
          gate.nativeApproval && settings['onEnd'] !== undefined ? 'onEnd' : 'onFinish',
        ),
      }
}

function guardedPrepareStep(settings: Bag, gate: CallGate): (args: unknown) => Promise<unknown> {
  return async (args) => {
    gate.run.throwIfFatal()
    const own = await callIfFunction(settings['prepareStep'], undefined, [args])
    gate.run.throwIfFatal()
    const given = isBag(args) ? args['model'] : undefined
    const chosen = (isBag(own) ? own['model'] : undefined) ?? given
    // the framework would resolve a name after this seam
    const model = guardModel(typeof chosen === 'string' ? await gate.modelByName(chosen) : chosen, gate)
    return model === given || model === undefined ? own : { ...(isBag(own) ? own : {}), model }
  }
}

/** The user's callbacks, followed by ours; where the user has none, only those that change nothing are added. */
export function endCallbacks(settings: Bag, watch: StreamWatch, end: 'onFinish' | 'onEnd'): Bag {
  const callbacks: Record<string, unknown> = {}
  callbacks[end] = after(settings[end], () => watch.finished())
  callbacks['onAbort'] = after(settings['onAbort'], () => watch.aborted())
  if (typeof settings['onError'] === 'function') {
    callbacks['onError'] = after(settings['onError'], (event) =>
      watch.modelFailed(isBag(event) ? event['error'] : event),
    )
  }
  return callbacks
}

function after(own: unknown, ours: (event: unknown) => void): (...args: unknown[]) => Promise<void> {
  return async (...args) => {
    try {
      await callIfFunction(own, undefined, args)
    } finally {
      ours(args[0])
    }
  }
}
