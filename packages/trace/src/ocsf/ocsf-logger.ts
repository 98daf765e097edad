import type { AosEvent, Sink } from '@aos/sdk'
import { installExitHandlers } from '@aos/sdk/outbox'
import { createLossReport, type LossReport } from '../export/loss-report.ts'
import { resolveFile } from '../file/file-options.ts'
import { LandingMapper } from './landing-event.ts'
import { PRODUCT, type OcsfEvent } from './ocsf-event.ts'
import { OcsfMapper } from './ocsf-mapper.ts'
import { assertLoggerOptions, isKeyInTheOpen, toHttpTarget, type OCSFLoggerOptions } from './ocsf-options.ts'
import { EmitOutput } from './outputs/emit-output.ts'
import { FileOutput } from './outputs/file-output.ts'
import { HttpOutput } from './outputs/http-output.ts'
import type { Output } from './outputs/output.ts'
import { withValidTexts } from './values.ts'

/** Where every security event is: `created + recovered` is the sum of delivered, spooled, dropped and queued. */
export interface OcsfStats {
  readonly created: number
  readonly delivered: number
  readonly spooled: number
  readonly dropped: number
  readonly queued: number
  /** Events of earlier processes, taken over from the spool by this one. */
  readonly recovered: number
}

const MEBIBYTE = 1024 * 1024
const EXIT_DEADLINE_MS = 2_000
const CLOSE_DEADLINE_MS = 5_000

/**
 * Tells a SIEM what agents do, as events of OCSF (AOS Trace): each operation and, for each denial, change and failure
 * of a guardian, a finding. Attach it with `aosAgent.attachLogger(logger)`. It never changes what the agent does.
 */
export class OCSFLogger implements Sink, AsyncDisposable {
  readonly name: string = 'ocsf'
  readonly #mapper: { map(event: AosEvent): readonly OcsfEvent[] }
  readonly #output: Output
  readonly #report: LossReport
  readonly #removeExitHandlers: () => void
  #failed = 0

  /** Throws `invalid_options` for options that name no receiver, or cannot work. */
  constructor(options: OCSFLoggerOptions) {
    assertLoggerOptions(options)
    const { profile, product = PRODUCT, version = '1.8.0' } = options
    this.#report = createLossReport('ocsf')
    this.#mapper =
      profile === 'landing' ? new LandingMapper(product.vendor_name) : new OcsfMapper({ version, product })
    if (profile === 'landing') this.#report("the profile 'landing' is not valid OCSF: a SIEM may refuse it")
    if (isKeyInTheOpen(options)) this.#report('the key travels over http, where others can read it')
    this.#output = outputOf(options, this.#report)
    const flusher = {
      flush: (deadlineMs: number) => this.#output.flush(deadlineMs),
      spoolSync: () => this.#output.saveSync(),
      pending: () => this.#output.counts().queued,
    }
    this.#removeExitHandlers = installExitHandlers({
      flushers: [flusher],
      deadlineMs: options.exitDeadlineMs ?? EXIT_DEADLINE_MS,
    })
  }

  /** Takes one event of an agent. */
  accept(event: AosEvent): void {
    try {
      for (const made of this.#mapper.map(event)) this.#take(made)
    } catch {
      this.#failed += 1
      this.#report('dropped: an event could not be made')
    }
  }

  #take(made: OcsfEvent): void {
    const line = JSON.stringify(made)
    // JSON escapes nothing that begins so but half a surrogate pair, which strict readers refuse
    if (!line.includes('\\ud')) return this.#output.take(line, made)
    const valid = withValidTexts(made)
    this.#output.take(JSON.stringify(valid), valid)
  }

  /** Delivers what there is, at most until the deadline; never rejects. */
  flush(deadlineMs: number = CLOSE_DEADLINE_MS): Promise<void> {
    return this.#output.flush(deadlineMs)
  }

  /** Flushes, saves what is left to the spool and takes no more events; never rejects. */
  async close(deadlineMs: number = CLOSE_DEADLINE_MS): Promise<void> {
    await this.#output.close(deadlineMs)
    this.#removeExitHandlers()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Tells where every event is that was made here. */
  stats(): OcsfStats {
    const { taken, dropped, ...counts } = this.#output.counts()
    return { created: taken + this.#failed, dropped: dropped + this.#failed, ...counts }
  }
}

function outputOf(options: OCSFLoggerOptions, report: LossReport): Output {
  const { file, emit, maxQueueBytes = 16 * MEBIBYTE } = options
  if (file !== undefined) return new FileOutput(resolveFile(file), report)
  if (emit !== undefined) return new EmitOutput(emit, maxQueueBytes, report)
  return new HttpOutput({
    target: toHttpTarget(options),
    spool: options.spool,
    writeAhead: options.writeAhead ?? options.spool !== false,
    maxQueueBytes,
    maxBatchEvents: options.maxBatchEvents ?? 200,
    scheduleDelayMs: options.scheduleDelayMs ?? 1_000,
    exportTimeoutMs: options.exportTimeoutMs ?? 10_000,
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    report,
  })
}
