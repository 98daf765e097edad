/** Versions of CycloneDX that are written. */
export type CycloneDXVersion = '1.5' | '1.6' | '1.7'

/** A fact that the format has no place for. */
export interface CycloneDXProperty {
  readonly name: string
  readonly value: string
}

/** Somebody who makes or runs a part. */
export interface CycloneDXOrganization {
  readonly name: string
  readonly url?: readonly string[] | undefined
}

/** A document about a part, elsewhere. */
export interface CycloneDXReference {
  readonly type: 'documentation'
  readonly url: string
  readonly comment?: string | undefined
}

/** A licence by its SPDX id or its name, or an SPDX expression. */
export type CycloneDXLicense =
  | { readonly license: { readonly id: string } | { readonly name: string } }
  | { readonly expression: string }

/** Data of a part: the schema of a tool, the documents that are searched. */
export interface CycloneDXData {
  readonly type: 'definition' | 'dataset' | 'other'
  readonly name: string
  readonly contents?:
    | {
        readonly attachment?: { readonly contentType: string; readonly content: string } | undefined
        readonly url?: string | undefined
      }
    | undefined
}

/** What is known of a model as such. */
export interface CycloneDXModelCard {
  readonly modelParameters: {
    readonly task?: string | undefined
    readonly architectureFamily?: string | undefined
    readonly modelArchitecture?: string | undefined
  }
}

/** A part that is software, a model or data. */
export interface CycloneDXComponent {
  readonly type: 'application' | 'library' | 'machine-learning-model' | 'data'
  readonly 'bom-ref'?: string | undefined
  readonly supplier?: CycloneDXOrganization | undefined
  readonly name: string
  readonly version?: string | undefined
  /** Whether it is no part of what is delivered; since 1.7. */
  readonly isExternal?: boolean | undefined
  readonly description?: string | undefined
  readonly hashes?: readonly { readonly alg: 'SHA-512'; readonly content: string }[] | undefined
  readonly licenses?: readonly CycloneDXLicense[] | undefined
  readonly purl?: string | undefined
  readonly externalReferences?: readonly CycloneDXReference[] | undefined
  readonly modelCard?: CycloneDXModelCard | undefined
  readonly data?: readonly CycloneDXData[] | undefined
  /** Since 1.6. */
  readonly tags?: readonly string[] | undefined
  readonly properties?: readonly CycloneDXProperty[] | undefined
}

/** A part that is reached over a protocol. */
export interface CycloneDXService {
  readonly 'bom-ref': string
  readonly provider?: CycloneDXOrganization | undefined
  readonly name: string
  readonly version?: string | undefined
  readonly description?: string | undefined
  readonly endpoints?: readonly string[] | undefined
  readonly 'x-trust-boundary'?: boolean | undefined
  readonly data?:
    | readonly {
        readonly flow: 'inbound' | 'outbound'
        readonly classification: string
        readonly name: string
      }[]
    | undefined
  readonly externalReferences?: readonly CycloneDXReference[] | undefined
  readonly properties?: readonly CycloneDXProperty[] | undefined
}

/** What a part needs, and what it offers. */
export interface CycloneDXDependency {
  readonly ref: string
  readonly dependsOn: readonly string[]
  /** Since 1.6. */
  readonly provides?: readonly string[] | undefined
}

/** A bill of materials in CycloneDX. */
export interface CycloneDXBom {
  readonly $schema: string
  readonly bomFormat: 'CycloneDX'
  readonly specVersion: CycloneDXVersion
  readonly serialNumber: string
  readonly version: number
  readonly metadata: {
    readonly timestamp: string
    readonly lifecycles: readonly { readonly phase: 'operations' }[]
    readonly tools: { readonly components: readonly CycloneDXComponent[] }
    readonly component: CycloneDXComponent
  }
  readonly components: readonly CycloneDXComponent[]
  readonly services: readonly CycloneDXService[]
  readonly dependencies: readonly CycloneDXDependency[]
  readonly compositions: readonly {
    readonly aggregate: 'incomplete'
    readonly assemblies: readonly string[]
    readonly dependencies: readonly string[]
  }[]
}
