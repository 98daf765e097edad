import type { Bag } from '../../compat/ai-namespace.ts'
import type { World } from './world.ts'

const SINCE_6 = [
  'experimental_onStart',
  'experimental_onStepStart',
  'experimental_onToolCallStart',
  'experimental_onToolCallFinish',
  'onStepFinish',
  'onFinish',
]
const SINCE_7 = [
  'onStart',
  'onStepStart',
  'onLanguageModelCallStart',
  'onLanguageModelCallEnd',
  'onToolExecutionStart',
  'onToolExecutionEnd',
  'onStepEnd',
  'onStepError',
  'onEnd',
]
const OF_STREAMS = ['onError', 'onAbort']

/** Every lifecycle callback this version knows, each noting that it was called and with what. */
export function notingCallbacks(world: World, lane = 'callback'): Bag {
  const names = [...(world.version.major >= 7 ? SINCE_7 : SINCE_6), ...OF_STREAMS]
  return Object.fromEntries(names.map((name) => [name, (event: unknown) => world.note(lane, name, event)]))
}
