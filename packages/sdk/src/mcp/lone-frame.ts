import { heardIf, judgedIn } from '../objects/judged.ts'
import type { Run } from '../run/run.ts'
import type { Awaitable } from '../values/awaitable.ts'
import { RUN_ENDED } from './exchange.ts'
import { callOf, frameOperation, isJudged, type Ends, type GuardSettings } from './frame-operation.ts'
import { bodyOf, errorFor, UnjudgeableError, withBody } from './frames.ts'
import type { Direction, Frame, RequestFrame } from './frames.ts'
import { withLinks } from './links.ts'

/** Where a message that is judged on its own comes from and goes to. */
export interface LonePath {
  readonly direction: Direction
  readonly ends: Ends
  /** The run it belongs to, where that is known. */
  readonly carried: Run | undefined
  /** The request that it answers, where that is known. */
  readonly answers?: RequestFrame | undefined
  /** Passes on what was decided. */
  readonly pass: (frame: Frame) => unknown
}

/** Judges a message that nobody answers, or an answer that nobody here has asked for; a denied one goes no further. */
export function judgeAlone(settings: GuardSettings, frame: Frame, path: LonePath): Awaitable<unknown> {
  const { direction, carried, pass } = path
  const ended = { byHandler: false }
  const reach = direction === 'inbound' ? settings.reach.from(callOf(settings, frame)) : settings.reach
  let passed: { readonly value: unknown } | undefined
  const whole = reach.within(async (run): Promise<unknown> => {
    if (!isJudged(run)) {
      passed = { value: pass(frame) }
      return passed.value
    }
    try {
      return await judged(settings, frame, { ...path, run })
    } catch (error) {
      ended.byHandler = run.fatal !== undefined
      if (ended.byHandler || error instanceof UnjudgeableError)
        refuse(frame, path, error instanceof UnjudgeableError ? error.message : RUN_ENDED)
      throw error
    }
  }, carried)
  if (passed === undefined) return heardIf(ended, whole)
  whole.catch(() => undefined)
  return passed.value as Awaitable<unknown>
}

async function judged(
  settings: GuardSettings,
  frame: Frame,
  path: LonePath & { readonly run: Run },
): Promise<unknown> {
  const { direction, run, answers, pass } = path
  const body = bodyOf(frame, run)
  const links = direction === 'outbound' && frame.method !== undefined && settings.propagate
  return judgedIn<unknown>(run, {
    operation: () => frameOperation(settings, frame, { direction, run, body, answers }),
    effect: (decided) => {
      const given = withBody(frame, decided)
      return pass(links ? withLinks(given, run) : given)
    },
    give: (outcome) => outcome,
    denied: ({ message }) => refuse(frame, path, message),
  })
}

/** Tells whoever waits for an answer that it was refused. */
function refuse(frame: Frame, { direction, ends }: LonePath, message: string): unknown {
  if (frame.method !== undefined || frame.id === undefined) return undefined
  return (direction === 'inbound' ? ends.deliver : ends.send)(errorFor(frame.id, message))
}
