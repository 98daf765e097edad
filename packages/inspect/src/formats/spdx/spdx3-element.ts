/** An element of SPDX 3.0.1, or what belongs to one, with the properties of its type. */
export interface Spdx3Element {
  readonly type: string
  readonly spdxId?: string
  readonly [property: string]: Spdx3Value | undefined
}

/** What a property of an element holds. */
export type Spdx3Value = string | Spdx3Element | readonly string[] | readonly Spdx3Element[]
