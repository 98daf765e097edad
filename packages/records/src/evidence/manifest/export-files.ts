import { canonicalJson } from '@agent-run/types'
import { createHash } from 'node:crypto'
import { EVIDENCE_SCHEMAS } from '../../generated/agent-evidence-schemas.ts'
import type { EvidencePack, ExportFile } from '../../generated/agent-evidence-types.ts'
import type { Evidence } from '../assemble/evidence.ts'
import type { ExportOptions, ExportPart } from './export-options.ts'

/** A file of an export with its content. */
export interface ExportedFile {
  /** Its place in the export, with `/` between folders. */
  readonly path: string
  readonly content: string | Uint8Array
}

/** A file with what the manifest says of it beside its hash. */
export interface PlannedFile extends ExportedFile {
  readonly role: string
  readonly mediaType?: string | undefined
  readonly schemaRef?: string | undefined
}

/** What is exported: the pack, and the maps that go with it. */
export type ExportedEvidence = Pick<Evidence, 'pack'> & Partial<Evidence>

/** The files of an export but the manifest, its signature and the one that explains it. */
export function plannedFiles(evidence: ExportedEvidence, options: ExportOptions): readonly PlannedFile[] {
  const wants = (part: ExportPart): boolean => options.include?.[part] ?? true
  return [
    json('pack.json', 'pack', { schema: 'pack', document: evidence.pack }),
    ...(wants('claims') && evidence.claimMap !== undefined
      ? [json('claim-map.json', 'claim_map', { schema: 'claim-map', document: evidence.claimMap })]
      : []),
    ...(wants('sources') && evidence.sourceMap !== undefined
      ? [json('source-map.json', 'source_map', { schema: 'source-map', document: evidence.sourceMap })]
      : []),
    ...factFiles(evidence.pack, wants),
    ...(wants('schemas')
      ? Object.entries(EVIDENCE_SCHEMAS).map(([name, schema]) =>
          json(`schemas/${name}`, 'schema', { document: schema }),
        )
      : []),
    ...(options.attachments ?? []).map(({ role = 'artifact_ref', ...file }) => ({ ...file, role })),
  ]
}

function factFiles(pack: EvidencePack, wants: (part: ExportPart) => boolean): readonly PlannedFile[] {
  const { evidence_pack_id, schema_version, scope, provenance, redactions = [] } = pack
  const { verification_results = [], reviews = [], replay_cases: replays = [] } = pack
  const head = { evidence_pack_id, schema_version, scope }
  const files: PlannedFile[] = []
  if (wants('provenance') && provenance !== undefined) {
    const provenance_id = provenance.provenance_id ?? `prov:${digestOf(evidence_pack_id).slice(7, 39)}`
    const document = { ...head, ...provenance, provenance_id }
    files.push(json('provenance.json', 'provenance', { schema: 'provenance', document }))
  }
  if (wants('verification') && verification_results.length > 0)
    files.push(
      json('verification.json', 'verification', {
        schema: 'verification',
        document: { ...head, verification_results },
      }),
    )
  if (wants('reviews') && reviews.length > 0)
    files.push(json('reviews.json', 'review', { schema: 'verification', document: { ...head, reviews } }))
  if (wants('replay'))
    for (const [index, replay] of replays.entries())
      files.push(json(`replay/${index + 1}.json`, 'replay', { schema: 'replay-case', document: replay }))
  if (wants('redactions') && redactions.length > 0)
    files.push(json('redactions.json', 'redaction', { document: { ...head, redactions } }))
  return files
}

interface Content {
  readonly document: unknown
  /** Schema that it follows, by name. */
  readonly schema?: string
}

function json(path: string, role: string, { document, schema }: Content): PlannedFile {
  return {
    path,
    role,
    content: canonicalJson(document),
    mediaType: role === 'schema' ? 'application/schema+json' : 'application/json',
    ...(schema === undefined ? {} : { schemaRef: schemaId(schema) }),
  }
}

/** The `$id` of one of our schemas. */
export function schemaId(name: string): string {
  return String(Reflect.get(EVIDENCE_SCHEMAS[`${name}.json`] ?? {}, '$id'))
}

/** What the manifest says of a file. */
export function listed({ path, role, content, mediaType, schemaRef }: PlannedFile): ExportFile {
  return {
    path,
    role,
    ...(mediaType === undefined ? {} : { media_type: mediaType }),
    size: typeof content === 'string' ? Buffer.byteLength(content) : content.byteLength,
    hash: digestOf(content),
    ...(schemaRef === undefined ? {} : { schema_ref: schemaRef }),
  }
}

/** `sha256:<hex>` of bytes, those of a text as UTF-8. */
export function digestOf(content: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}
