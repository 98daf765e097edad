import { AosError } from '../../errors.ts'
import { MAX_SERVERS, MAX_TOOLS, memoryPins, type ToolPinStore } from './pin-store.ts'
import type { PinRules } from './tool-standing.ts'

/** Options of `toolPins`. */
export interface ToolPinsOptions {
  /** Where the pins are kept; default: the memory of this process, so that it pins what it sees first. */
  readonly store?: ToolPinStore | undefined
  /** A tool that changed is taken out of the list and not called (default), or stays and each call asks a person. */
  readonly onChange?: 'deny' | 'ask' | undefined
  /** A tool that has no pin gets one (default), is taken out of the list and not called, or asks at each call. */
  readonly onNew?: 'pin' | 'deny' | 'ask' | undefined
  /** Most tools of one server, 10,000 by default; more are refused. */
  readonly maxTools?: number | undefined
  /** Most servers, 1,000 by default; more are refused. */
  readonly maxServers?: number | undefined
  /** Hears why a pin could not be read or kept. */
  readonly onError?: ((error: unknown) => void) | undefined
}

/** Options with every default filled in. */
export interface PinSettings extends PinRules {
  readonly store: ToolPinStore
  readonly maxTools: number
  readonly maxServers: number
  readonly onError: (error: unknown) => void
}

const OPTIONS: Readonly<Record<keyof ToolPinsOptions, true>> = {
  store: true,
  onChange: true,
  onNew: true,
  maxTools: true,
  maxServers: true,
  onError: true,
}

/** Fills in the defaults and throws for options that mean nothing. */
export function resolvePinSettings(options: ToolPinsOptions): PinSettings {
  const unknown = Object.keys(options).find((key) => !Object.hasOwn(OPTIONS, key))
  if (unknown !== undefined)
    throw invalid(`no option ${unknown}`, `Known: ${Object.keys(OPTIONS).join(', ')}.`)
  const { store, onChange = 'deny', onNew = 'pin', maxTools = MAX_TOOLS, maxServers = MAX_SERVERS } = options
  if (!['deny', 'ask'].includes(onChange)) throw invalid('another onChange', 'Pass deny or ask.')
  if (!['pin', 'deny', 'ask'].includes(onNew)) throw invalid('another onNew', 'Pass pin, deny or ask.')
  for (const [key, most] of Object.entries({ maxTools, maxServers }))
    if (!Number.isInteger(most) || most < 1) throw invalid(`another ${key}`, 'Pass a whole number from 1.')
  if (store !== undefined && (typeof store.get !== 'function' || typeof store.set !== 'function'))
    throw invalid('another store', 'Pass memoryPins(), filePins(path), or an object with get and set.')
  if (options.onError !== undefined && typeof options.onError !== 'function')
    throw invalid('another onError', 'Pass a function that takes the error.')
  const onError = options.onError ?? (() => undefined)
  return { store: store ?? memoryPins(), onChange, onNew, maxTools, maxServers, onError }
}

function invalid(what: string, fix: string): AosError {
  return new AosError({
    code: 'invalid_options',
    message: `toolPins() takes ${what}`,
    why: 'An option that means nothing would silently be ignored, and tools would be let in.',
    fix,
  })
}
