import { createRedactor } from '@aos/sdk'
import { matchesJson } from './compare-json.ts'
import { isRecord, type ObservedCall } from './observation.ts'
import { shown } from './scorer.ts'

// what redactors and cutters of any make leave behind
const MASK =
  /\[[^\]\n]{0,64}\]|<[^>\n]{0,64}>|\{\{[^}\n]{0,64}\}\}|[*]{3}|x{4}|[•…█]|\.{3}|redacted|masked|hidden|truncated/i

/** Code points at which this SDK cuts a preview. */
const CUT_AT = 500

const redactor = createRedactor()

/** Whether a call did happen; a result that was withheld, or an error, does not undo what the tool did. */
export function wasExecuted({ outcome }: ObservedCall): boolean {
  return outcome === 'executed' || outcome === 'failed' || outcome === 'withheld'
}

/** Whether a value is what was expected, after the redaction that a record has. */
export function matchesRedacted(wanted: unknown, found: unknown): boolean {
  return matchesJson(redactor.redactValue(wanted).value, found)
}

/** Whether a call that only the record tells of may have had these arguments, for all that the record shows of it. */
export function mayHaveHad({ exact, arguments: found }: ObservedCall, wanted: unknown): boolean {
  if (exact === true) return false
  if (found === undefined || matchesRedacted(wanted, found)) return true
  if (typeof wanted === 'object' && wanted !== null)
    return typeof found !== 'object' || found === null || mayBe(wanted, found)
  // the beginning of a text may look like a number
  return mayBe(wanted, found) || isBeginning(shown(found), wanted)
}

/** Whether a call happened of whose arguments the record does not show all. */
export function hidesArguments(call: ObservedCall): boolean {
  const { exact, arguments: found } = call
  if (exact === true || !wasExecuted(call)) return false
  if (typeof found === 'string' && (/^\s*[[{"]/.test(found) || Array.from(found).length >= CUT_AT))
    return true
  return found === undefined || found === '' || isMaskedWithin(found)
}

function mayBe(wanted: unknown, found: unknown): boolean {
  if (matchesJson(wanted, found) || matchesRedacted(wanted, found) || isMasked(found)) return true
  if (Array.isArray(wanted) && Array.isArray(found)) {
    if (wanted.length !== found.length) return found.some(isMasked)
    return wanted.every((item, index) => mayBe(item, found[index]))
  }
  // an object may stand as its JSON, or within a list
  if (!isRecord(wanted) || !isRecord(found))
    return (
      typeof wanted === 'object' && wanted !== null && (typeof found === 'string' || Array.isArray(found))
    )
  const maskedKey = Object.keys(found).some(isMasked)
  return Object.entries(wanted).every(([key, member]) =>
    Object.hasOwn(found, key) ? mayBe(member, found[key]) : maskedKey || member === undefined,
  )
}

function isBeginning(text: string, wanted: unknown): boolean {
  const whole = shown(wanted)
  return whole.startsWith(text) || redactor.redactText(whole).text.startsWith(text)
}

function isMasked(value: unknown): boolean {
  return typeof value === 'string' && MASK.test(value)
}

function isMaskedWithin(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return isMasked(value)
  return Object.entries(value).some(([key, member]) => isMasked(key) || isMaskedWithin(member))
}
