import { AosError } from '../errors.ts'
import type { InstrumentObjectOptions } from '../objects/reach.ts'
import { allowedPushUrls, type PushUrlCheck } from './push-urls.ts'

/** Which events of a stream are judged before they are given on. */
export type StreamEvents = 'each' | 'final' | 'none'

/** How A2A messages are judged. */
export interface A2AOptions extends InstrumentObjectOptions {
  /** Whether requests carry the trace and the lineage of the run, and are believed what they carry; default true. */
  readonly propagate?: boolean
  /**
   * `each` (default) judges every event of a stream; `final` only messages and what says that a task has ended or waits,
   * so that artifacts and updates on the way pass unjudged; `none` judges only the request.
   */
  readonly streamEvents?: StreamEvents
  /**
   * Where push notifications may be sent: origins (`https://hooks.example`) and prefixes of URLs, with `*` for one
   * segment of a path. None by default: any other push URL is denied `push_url_not_allowed`.
   */
  readonly pushUrls?: readonly string[]
}

/** The options of one instrumented object, checked and with their defaults. */
export interface A2ASettings {
  readonly name: string | undefined
  readonly propagate: boolean
  readonly streamEvents: StreamEvents
  readonly allowsPush: PushUrlCheck
}

const KNOWN = ['name', 'propagate', 'streamEvents', 'pushUrls']
const STREAM_EVENTS: readonly unknown[] = ['each', 'final', 'none']

/** Checks options; throws `invalid_options` for what is misspelt or means nothing. */
export function settingsOf(options: A2AOptions = {}): A2ASettings {
  const unknown = Object.keys(options).filter((key) => !KNOWN.includes(key))
  if (unknown.length > 0)
    throw invalid(`Unknown option ${unknown.join(', ')}`, `Use one of ${KNOWN.join(', ')}.`)
  const { name, propagate = true, streamEvents = 'each', pushUrls = [] } = options
  if (name !== undefined && (typeof name !== 'string' || name === ''))
    throw invalid(
      'Option name must be a text that is not empty',
      'Pass the name of the agent, or leave it out.',
    )
  if (typeof propagate !== 'boolean')
    throw invalid('Option propagate must be true or false', 'Pass a boolean.')
  if (!STREAM_EVENTS.includes(streamEvents))
    throw invalid('Option streamEvents must be each, final or none', 'Pass one of them.')
  return { name, propagate, streamEvents, allowsPush: allowedPushUrls(pushUrls) }
}

function invalid(message: string, fix: string): AosError {
  return new AosError({
    code: 'invalid_options',
    message,
    why: 'An option that is not understood would judge less than was meant.',
    fix,
  })
}
