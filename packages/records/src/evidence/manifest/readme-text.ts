import type { ExportFile, ExportManifest } from '../../generated/agent-evidence-types.ts'

/** What of a manifest is told in words. */
export type ExplainedManifest = Omit<ExportManifest, 'files'> & { readonly files: readonly ExportFile[] }

/** A text that explains an export to whoever gets it: what it is, what is missing or hidden, and how to check it. */
export function readmeText(manifest: ExplainedManifest, status: string): string {
  return [
    `# Evidence ${manifest.evidence_pack_id}`,
    '',
    `Export ${manifest.export_id} of ${manifest.created_at}, in the format Agent Evidence ${manifest.schema_version}. The status of the pack is \`${status}\`.`,
    '',
    '`pack.json` says what an AI agent did: claims, the sources they rest on, how things came about, what was checked, and who decided. The other files repeat parts of it, or go with it.',
    '',
    ...scopeLines(manifest),
    '## How to check it',
    '',
    'Every file is listed in `manifest.json` with its length and its SHA-256; `sha256sum <file>` must give the same digits. A file that is not listed is no part of the export.',
    '',
    ...signatureLines(manifest),
    '',
    '## What is missing',
    '',
    ...missingLines(manifest),
    '',
    '## What is hidden',
    '',
    ...redactionLines(manifest),
    '',
    '## Files',
    '',
    '| file | what it is | bytes | SHA-256 |',
    '| --- | --- | --- | --- |',
    ...manifest.files.map(
      ({ path, role, size = 0, hash = '' }) =>
        `| ${cell(path)} | ${cell(role)} | ${size} | ${hash.replace('sha256:', '')} |`,
    ),
    '',
  ].join('\n')
}

function scopeLines({ scope = {} }: ExplainedManifest): readonly string[] {
  const ids = Object.entries(scope).filter(([, id]) => typeof id === 'string')
  if (ids.length === 0) return []
  return ['It is about:', '', ...ids.map(([name, id]) => `- ${cell(name)}: ${cell(String(id))}`), '']
}

function signatureLines({ signatures = [] }: ExplainedManifest): readonly string[] {
  const [signature] = signatures
  if (signature === undefined)
    return [
      'The manifest is not signed: the hashes show accidents, not intent. Whoever changed a file could have changed its hash as well.',
    ]
  return [
    `\`${String(signature['ref'])}\` is a detached JWS (RFC 7515, Ed25519) over the bytes of \`manifest.json\`, by the key with the thumbprint (RFC 7638) \`${String(signature['kid'])}\`. Get the public key from the signer by another way than this export.`,
  ]
}

function missingLines({ completeness }: ExplainedManifest): readonly string[] {
  const rows = Object.entries(completeness).flatMap(([category, entry]) => {
    if (entry === undefined) return []
    const facts = (entry.missing_facts ?? []).map(({ fact = 'a fact', reason }) => `${fact} (${reason})`)
    return [`| ${cell(category)} | ${entry.status} | ${cell(facts.join('; '))} |`]
  })
  return ['| category | status | missing |', '| --- | --- | --- |', ...rows]
}

const MOST = 200

function redactionLines({ redactions = [] }: ExplainedManifest): readonly string[] {
  if (redactions.length === 0) return ['Nothing.']
  const rows = redactions
    .slice(0, MOST)
    .map(
      ({ target_ref: target, redaction_kind: kind, reason }) =>
        `| ${cell(target)} | ${kind} | ${cell(reason)} |`,
    )
  const more = redactions.length - rows.length
  return [
    '| what | how | why |',
    '| --- | --- | --- |',
    ...rows,
    ...(more === 0 ? [] : ['', `And ${more} more, in \`redactions.json\` and in the manifest.`]),
  ]
}

// what others wrote stays within its cell, and is no markup
function cell(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()
  return line.replaceAll(/[\\`*_{}[\]<>#|!&~]/g, String.raw`\$&`)
}
