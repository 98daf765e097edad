import { createHash } from 'node:crypto'
import type { RedactionKind, RedactionRecord } from '../../generated/agent-evidence-types.ts'
import { isoTime } from '../../steps/iso-time.ts'
import type { RedactOptions } from './redact-options.ts'

/** Collects what is hidden; what a record tells already is not told again. */
export class RedactionLog {
  readonly #options: RedactOptions
  readonly #told: Set<string>
  readonly #added: RedactionRecord[] = []
  #isTouched = false

  constructor(options: RedactOptions, records: readonly RedactionRecord[]) {
    this.#options = options
    this.#told = new Set(records.map(({ redaction_id: id }) => id))
  }

  /** Tells that something was hidden: an id, with a JSON Pointer after `#`. */
  add(target: string, kind: RedactionKind): void {
    this.#isTouched = true
    const { by, reason, policyRef, at } = this.#options
    const told = JSON.stringify([target, kind, reason])
    const id = `red:${createHash('sha256').update(told, 'utf8').digest('hex').slice(0, 32)}`
    if (this.#told.has(id)) return
    this.#told.add(id)
    this.#added.push({
      redaction_id: id,
      target_ref: target,
      redaction_kind: kind,
      reason,
      ...(policyRef === undefined ? {} : { policy_ref: policyRef }),
      applied_by: by,
      applied_at: isoTime(at),
    })
  }

  /** What stands in the place of words. */
  placeholder(kind: 'masked' | 'withheld'): string {
    return `[${kind}: ${this.#options.reason}]`
  }

  /** What was not told before. */
  get added(): readonly RedactionRecord[] {
    return this.#added
  }

  /** Whether anything was hidden, told before or not. */
  get isTouched(): boolean {
    return this.#isTouched
  }
}
