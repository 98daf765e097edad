/** One rule that a specification or the design of this SDK lays down. */
export interface Requirement {
  /** Where the rule is written. */
  readonly section: string
  readonly level: 'MUST' | 'SHOULD'
  readonly behaviour: string
  /** Why the rule is not kept yet; its tests are expected to fail, and are reported once they pass. */
  readonly knownGap?: string
}

/** Rules by id. */
export type Requirements = Readonly<Record<string, Requirement>>

/** Makes rules of one section, all of one level. */
export function rules(
  section: string,
  level: Requirement['level'],
  behaviours: Readonly<Record<string, string>>,
): Requirements {
  return Object.fromEntries(
    Object.entries(behaviours).map(([id, behaviour]) => [id, { section, level, behaviour }]),
  )
}
