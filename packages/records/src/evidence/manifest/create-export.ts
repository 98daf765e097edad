import { canonicalJson, keyThumbprint, signDetached, toPrivateKey } from '@agent-run/types'
import { AosError } from '@aos/sdk'
import type { EvidencePack, ExportManifest } from '../../generated/agent-evidence-types.ts'
import { isoTime } from '../../steps/iso-time.ts'
import { derivePackStatus } from '../status/derive-pack-status.ts'
import { packFacts } from '../status/pack-facts.ts'
import {
  listed,
  plannedFiles,
  schemaId,
  type ExportedEvidence,
  type ExportedFile,
  type PlannedFile,
} from './export-files.ts'
import { assertExportOptions, type ExportOptions } from './export-options.ts'
import { plainJson } from './plain-json.ts'
import { readmeText } from './readme-text.ts'

/** Name of the manifest in an export. */
export const MANIFEST_FILE = 'manifest.json'

/** Name of the manifest's signature in an export. */
export const SIGNATURE_FILE = 'manifest.jws'

const README_FILE = 'README.md'

/** An export: its manifest, and every file of it. */
export interface EvidenceExport {
  readonly manifest: ExportManifest
  /** The pack as it is exported, with its new status. */
  readonly pack: EvidencePack
  /** With the manifest, and its signature where there is one. */
  readonly files: readonly ExportedFile[]
}

/**
 * Makes an export of a pack, or of the evidence of a run (Agent Evidence, export manifest): the files as RFC 8785 text, a
 * manifest with the hash of each, its signature, and a text that explains it. Pure; throws `invalid_options`, and
 * `invalid_key` for a key that is none.
 */
export function createExport(
  source: EvidencePack | ExportedEvidence,
  options: ExportOptions,
): EvidenceExport {
  assertExportOptions(options)
  const evidence = exported(evidenceOf(source))
  const planned = plannedFiles(evidence, options)
  assertDistinct(planned)
  const head = headOf(evidence.pack, options)
  const explained = readmeText({ ...head, files: planned.map(listed) }, evidence.pack.status)
  const readme: PlannedFile = {
    path: README_FILE,
    role: 'readme',
    content: explained,
    mediaType: 'text/markdown',
  }
  const manifest: ExportManifest = plainJson({ ...head, files: [...planned, readme].map(listed) })
  const text = canonicalJson(manifest)
  const { signingKey } = options
  return {
    manifest,
    pack: evidence.pack,
    files: [
      ...[...planned, readme].map(({ path, content }) => ({ path, content })),
      { path: MANIFEST_FILE, content: text },
      ...(signingKey === undefined
        ? []
        : [{ path: SIGNATURE_FILE, content: signDetached(text, signingKey) }]),
    ],
  }
}

function evidenceOf(source: EvidencePack | ExportedEvidence): ExportedEvidence {
  return 'evidence_pack_id' in source ? { pack: source } : source
}

function exported(evidence: ExportedEvidence): ExportedEvidence {
  const pack = { ...evidence.pack, export_manifest_ref: MANIFEST_FILE }
  const facts = packFacts(pack, { exported: true, invalid: pack.status === 'invalid' })
  return plainJson({ ...evidence, pack: { ...pack, status: derivePackStatus(facts) } })
}

function headOf(pack: EvidencePack, options: ExportOptions): Omit<ExportManifest, 'files'> {
  const { evidence_pack_id, schema_version, scope, completeness, redactions } = pack
  const { exportId, at, access, notes, signingKey } = options
  const kid = signingKey === undefined ? undefined : keyThumbprint(toPrivateKey(signingKey))
  return {
    export_id: exportId,
    evidence_pack_id,
    schema_version,
    scope,
    created_at: isoTime(at),
    schemas: [{ kind: 'schema', uri: schemaId('pack') }],
    completeness,
    ...(redactions === undefined ? {} : { redactions }),
    ...(access === undefined ? {} : { access: { ...access } }),
    ...(kid === undefined ? {} : { signatures: [{ type: 'jws', ref: SIGNATURE_FILE, kid }] }),
    ...(notes === undefined ? {} : { notes }),
  }
}

function assertDistinct(files: readonly PlannedFile[]): void {
  const taken = new Set<string>([MANIFEST_FILE, SIGNATURE_FILE, README_FILE].map(folded))
  for (const { path } of files) {
    // some systems do not tell upper from lower case
    if (!taken.has(folded(path))) {
      taken.add(folded(path))
      continue
    }
    throw new AosError({
      code: 'invalid_options',
      message: `createExport: two files of the export are called ${path}`,
      fix: 'Give the attachment a path of its own.',
    })
  }
}

function folded(path: string): string {
  return path.normalize('NFC').toLowerCase()
}
