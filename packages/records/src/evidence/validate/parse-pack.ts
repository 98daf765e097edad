import type { EvidencePack } from '../../generated/agent-evidence-types.ts'
import { validateEvidencePack as validatePack } from '../../generated/agent-evidence-validators.ts'
import { issueOf, type EvidenceIssue } from './issue.ts'
import { schemaIssues } from './schema-issues.ts'

/** A pack that was read, or why it was not. */
export type ParsedEvidencePack =
  | {
      readonly ok: true
      /** As it was given, with the members that this package does not know. */
      readonly pack: EvidencePack
      /** What to bear in mind, such as a later version of the schemas. */
      readonly issues: readonly EvidenceIssue[]
    }
  | { readonly ok: false; readonly issues: readonly EvidenceIssue[] }

/**
 * Reads an evidence pack, JSON text or the value of one, of any producer: by the schema alone, and of a later schema
 * version what this one knows (Agent Evidence, Compatibility levels: read). Never throws.
 */
export function parseEvidencePack(source: unknown): ParsedEvidencePack {
  const parsed = typeof source === 'string' ? parseJson(source) : { value: source }
  if ('reason' in parsed) return { ok: false, issues: [issueOf('schema.invalid', '', parsed.reason)] }
  const { value } = parsed
  const version = versionOf(value)
  const isOther = version !== undefined && version !== '0.1.0' && /^\d+\.\d+\.\d+/.test(version)
  const issues = schemaIssues(validatePack, value)
  const own = isOther ? issues.filter(({ path }) => path !== '/schema_version') : issues
  if (own.length > 0) return { ok: false, issues }
  if (!isOther) return { ok: true, pack: value as EvidencePack, issues: [] }
  const message = `is written by schema version ${version}; read as 0.1.0`
  return {
    ok: true,
    pack: value as EvidencePack,
    issues: [issueOf('schema.version_unknown', '/schema_version', message)],
  }
}

function parseJson(text: string): { readonly value: unknown } | { readonly reason: string } {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch (error) {
    return { reason: `is no JSON: ${error instanceof Error ? error.message : 'unknown error'}` }
  }
}

function versionOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  try {
    const version: unknown = Reflect.get(value, 'schema_version')
    return typeof version === 'string' ? version : undefined
  } catch {
    // schemaIssues() tells that it cannot be read
    return undefined
  }
}
