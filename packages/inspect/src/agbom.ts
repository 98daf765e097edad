import { canonicalJson, signDetached, type KeyInput } from '@agent-run/types'
import { AosError } from '@aos/sdk'
import type { AgBOMFormat, AgBOMOptions } from './agbom-options.ts'
import { toCycloneDX } from './formats/cyclonedx/cyclonedx.ts'
import { toCycloneDXXml } from './formats/cyclonedx/cyclonedx-xml.ts'
import { toLandingCycloneDX } from './formats/cyclonedx/landing-cyclonedx.ts'
import { toLandingSpdx } from './formats/spdx/landing-spdx.ts'
import { toSpdx2 } from './formats/spdx/spdx2.ts'
import { toSpdx3 } from './formats/spdx/spdx3.ts'
import { toSpdxTagValue } from './formats/spdx/tag-value.ts'
import { evidenceFileOf } from './formats/swid/evidence-file.ts'
import { toSwid, type EvidenceFile } from './formats/swid/swid.ts'
import type { AgBOMGraph } from './graph/agbom-graph.ts'

/** A bill of materials in one format (AOS Inspect); `JSON.stringify(agbom, null, 2)` gives the document. */
export class AgBOM {
  readonly format: AgBOMFormat
  /** What is known of the agent, whatever the format. */
  readonly graph: AgBOMGraph
  /** Whether it is valid by the schema of its format; the shapes of the landing page are not. */
  readonly isSchemaValid: boolean
  readonly #options: AgBOMOptions

  constructor(graph: AgBOMGraph, options: AgBOMOptions = {}) {
    this.graph = graph
    this.format = options.format ?? 'cyclonedx'
    this.isSchemaValid = options.profile !== 'landing'
    this.#options = options
  }

  /** The document as an object; throws `unsupported_format` for SWID, which is XML only. */
  toJSON(): object {
    const { graph, format } = this
    switch (format) {
      case 'cyclonedx':
        return this.isSchemaValid
          ? toCycloneDX(graph, { specVersion: this.#options.specVersion })
          : toLandingCycloneDX(graph)
      case 'spdx':
      case 'spdx-json':
        return toSpdx2(graph)
      case 'spdx-3':
        return toSpdx3(graph)
      case 'swid':
        throw unsupported('SWID has no form in JSON', 'Use toXml().')
    }
  }

  /** The document as text, in the form that is usual for its format: JSON, tag-value for `spdx`, XML for `swid`. */
  toString(): string {
    if (this.format === 'swid') return this.toXml()
    if (this.format === 'spdx')
      return this.isSchemaValid ? toSpdxTagValue(this.graph) : toLandingSpdx(this.graph)
    return JSON.stringify(this.toJSON(), null, 2)
  }

  /** The document as XML; throws `unsupported_format` for SPDX and for the shapes of the landing page, which have none. */
  toXml(): string {
    if (this.format === 'swid') return toSwid(this.graph, { evidenceFile: this.#evidence() })
    if (!this.isSchemaValid)
      throw unsupported('The landing page shows nothing in XML', "Use toString(), or profile: 'valid'.")
    if (this.format === 'cyclonedx')
      return toCycloneDXXml(this.graph, { specVersion: this.#options.specVersion })
    throw unsupported('SPDX has no form in XML here', "Use toString(), toJSON(), or format: 'cyclonedx'.")
  }

  /**
   * Signs the document with an Ed25519 key: a compact JWS whose payload is detached (RFC 7515, appendix F), over its
   * canonical JSON (RFC 8785), or over its text where the format is no JSON. `verifyAgBOM` checks it.
   */
  sign(privateKey: KeyInput): string {
    return signDetached(this.#signed(), privateKey)
  }

  // the same parts in full, by which a tag and a document can be matched
  #evidence(): EvidenceFile {
    const { specVersion } = this.#options
    return evidenceFileOf('agbom.cdx.json', JSON.stringify(toCycloneDX(this.graph, { specVersion }), null, 2))
  }

  #signed(): string {
    return this.format === 'swid' || this.format === 'spdx' ? this.toString() : canonicalJson(this.toJSON())
  }
}

function unsupported(message: string, fix: string): AosError {
  return new AosError({ code: 'unsupported_format', message, fix })
}
