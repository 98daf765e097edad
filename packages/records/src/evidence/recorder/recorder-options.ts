import { AosError } from '@aos/sdk'
import type { AssembleOptions } from '../assemble/assemble-evidence.ts'
import type { EvidenceBuilder } from '../facts/evidence-builder.ts'

/** Options of {@link EvidenceRecorder}; none is required. */
export interface EvidenceRecorderOptions extends AssembleOptions {
  /** Takes the evidence of each run that ends, and may add to it; awaited before the next one. */
  readonly onEvidence?: ((evidence: EvidenceBuilder, runId: string) => void | PromiseLike<void>) | undefined
  /** How many runs that have ended are kept to be asked for; 100 by default, the oldest is forgotten. */
  readonly maxKept?: number | undefined
  /** Milliseconds since the epoch: the time of facts that are added. */
  readonly clock?: (() => number) | undefined
}

type Check = readonly [accepts: (value: unknown) => boolean, expected: string]

const callable: Check = [(value) => typeof value === 'function', 'a function']
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''

const CHECKS: Readonly<Record<keyof EvidenceRecorderOptions, Check>> = {
  onEvidence: callable,
  clock: callable,
  maxKept: [
    (value) => Number.isSafeInteger(value) && Number(value) >= 0,
    'a whole number of runs, 0 or more',
  ],
  producer: [(value) => isObject(value) && isText(value['id']), '{ id, type, name, version }'],
  policyDigests: [
    (value) =>
      isObject(value) && Object.values(value).every((digest) => /^sha256:[0-9a-f]{64}$/.test(String(digest))),
    "an object of digests by policy, each 'sha256:' and 64 lowercase hexadecimal digits",
  ],
  requiredChecks: [(value) => Array.isArray(value) && value.every(isText), 'a list of check types'],
  scope: [
    (value) =>
      isObject(value) &&
      Object.values(value).every((id) => /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,255}$/.test(String(id))),
    '{ task_id, external_case_id, artifact_id }: letters, digits and _ . : - each',
  ],
}

/** Throws `invalid_options` for options that are unknown or of a wrong kind. */
export function assertRecorderOptions(options: unknown): asserts options is EvidenceRecorderOptions {
  if (!isObject(options)) throw invalid('options', 'they are not an object', 'Pass an object, or nothing.')
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(CHECKS, name))
      throw invalid(
        `option ${name}`,
        'no such option exists',
        `Use one of: ${Object.keys(CHECKS).join(', ')}.`,
      )
    const [accepts, expected] = CHECKS[name as keyof EvidenceRecorderOptions]
    if (value !== undefined && !accepts(value))
      throw invalid(`option ${name}`, 'its value does not fit', `Pass ${expected}.`)
  }
}

function invalid(what: string, why: string, fix: string): AosError {
  return new AosError({ code: 'invalid_options', message: `Evidence recorder: ${what}: ${why}`, why, fix })
}
