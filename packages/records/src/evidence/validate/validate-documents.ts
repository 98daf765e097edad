import type {
  EvidenceEvent,
  EvidenceEventType,
  EvidencePack,
  ExportFile,
  ExportManifest,
  ReplayCase,
} from '../../generated/agent-evidence-types.ts'
import {
  validateEvidenceEvent as validateEvent,
  validateExportManifest as validateManifest,
  validateReplayCase as validateReplay,
} from '../../generated/agent-evidence-validators.ts'
import { FILE_ROLES } from '../vocabulary.ts'
import { issueOf, reportOf, type EvidenceIssue, type EvidenceReport } from './issue.ts'
import { determinismIssues } from './rules/replay.ts'
import { unlisted } from './rules/vocabulary.ts'
import { schemaIssues } from './schema-issues.ts'

const SUBJECTS: { readonly [Type in EvidenceEventType]?: keyof EvidenceEvent } = {
  'evidence.pack.created': 'evidence_pack_id',
  'evidence.pack.updated': 'evidence_pack_id',
  'evidence.claim.added': 'claim_id',
  'evidence.source.linked': 'source_id',
  'evidence.verification.completed': 'verification_id',
  'evidence.review.completed': 'review_id',
  'evidence.replay.created': 'replay_id',
  'evidence.export.created': 'export_id',
}

/** Says whether a value is a valid evidence event that names what it is about (Agent Evidence, Event envelope). */
export function validateEvidenceEvent(value: unknown): EvidenceReport {
  const malformed = schemaIssues(validateEvent, value)
  if (malformed.length > 0) return reportOf(malformed)
  const event = value as EvidenceEvent
  const member = SUBJECTS[event.type]
  if (member === undefined || event[member] !== undefined) return reportOf([])
  return reportOf([issueOf('event.id_missing', `/${member}`, `${event.type} names no ${member}`)])
}

/** Says whether a value is a valid replay case that tells what cannot be replayed (Agent Evidence, Validation). */
export function validateReplayCase(value: unknown): EvidenceReport {
  const malformed = schemaIssues(validateReplay, value)
  if (malformed.length > 0) return reportOf(malformed)
  return reportOf(determinismIssues({ value: value as ReplayCase, path: '' }))
}

/**
 * Says whether a value is a valid export manifest, with a hash for each file (Agent Evidence, Validation); with the
 * pack also whether it discloses what the pack does.
 */
export function validateExportManifest(
  value: unknown,
  { pack }: { readonly pack?: EvidencePack | undefined } = {},
): EvidenceReport {
  const malformed = schemaIssues(validateManifest, value)
  if (malformed.length > 0) return reportOf(malformed)
  const manifest = value as ExportManifest
  return reportOf([
    ...fileIssues(manifest),
    ...contentIssues(manifest),
    ...(pack === undefined ? [] : packIssues(manifest, pack)),
  ])
}

function fileIssues({ files }: ExportManifest): readonly EvidenceIssue[] {
  const seen = new Set<string>()
  return files.flatMap((file, index) => {
    const path = `/files/${index}`
    const isDouble = seen.has(file.path)
    seen.add(file.path)
    return [
      ...hashIssues(file, path),
      ...(isSafePath(file.path)
        ? []
        : [
            issueOf(
              'export.path_unsafe',
              `${path}/path`,
              `${JSON.stringify(file.path)} leads out of the export`,
            ),
          ]),
      ...(isDouble
        ? [issueOf('export.path_duplicate', `${path}/path`, `${file.path} is listed already`)]
        : []),
      ...unlisted([{ value: file, path }], 'role', FILE_ROLES),
    ]
  })
}

function hashIssues({ hash, path: name }: ExportFile, path: string): readonly EvidenceIssue[] {
  if (hash === undefined) return [issueOf('export.hash_missing', `${path}/hash`, `${name} has no hash`)]
  if (/^sha256:[0-9a-f]{64}$/.test(hash)) return []
  return [issueOf('export.hash_form', `${path}/hash`, `${JSON.stringify(hash)} is no SHA-256`)]
}

/** Whether a path stays below the folder of the manifest on every system. */
export function isSafePath(path: string): boolean {
  if (path === '' || /[\\:\p{Cc}]/u.test(path)) return false
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
}

function contentIssues(manifest: ExportManifest): readonly EvidenceIssue[] {
  const { files, completeness, schemas = [], scope } = manifest
  const issues: EvidenceIssue[] = []
  if (!files.some(({ role }) => role === 'pack'))
    issues.push(issueOf('export.pack_missing', '/files', 'no file is the pack'))
  if (Object.keys(completeness).length === 0)
    issues.push(issueOf('export.completeness_missing', '/completeness', 'is empty'))
  if (schemas.length === 0 && !files.some(({ schema_ref: ref }) => ref !== undefined))
    issues.push(issueOf('export.schema_missing', '/schemas', 'no file names its schema'))
  if (scope === undefined) issues.push(issueOf('export.scope_missing', '/scope', 'is missing'))
  return issues
}

function packIssues(manifest: ExportManifest, pack: EvidencePack): readonly EvidenceIssue[] {
  const issues: EvidenceIssue[] = []
  if (manifest.evidence_pack_id !== pack.evidence_pack_id)
    issues.push(issueOf('timeline.other_pack', '/evidence_pack_id', `the pack is ${pack.evidence_pack_id}`))
  const told = new Set((manifest.redactions ?? []).map(({ redaction_id: id }) => id))
  for (const { redaction_id: id } of pack.redactions ?? [])
    if (!told.has(id))
      issues.push(issueOf('export.redaction_undisclosed', '/redactions', `${id} is not told`))
  for (const [category, entry] of Object.entries(pack.completeness)) {
    if (entry === undefined || manifest.completeness[category]?.status === entry.status) continue
    const message = `${category} is ${entry.status} in the pack`
    issues.push(issueOf('export.completeness_missing', `/completeness/${category}`, message))
  }
  return issues
}
