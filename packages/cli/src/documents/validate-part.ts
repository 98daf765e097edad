import { parseAgentRun } from '@agent-run/types'
import { checkPolicyFile } from '@aos/guardian'
import { policyKinds } from '@aos/guardian/server'
import { parseAgentActivity } from '@aos/records/activity'
import { checkBenchPack, parseBenchPack } from '@aos/records/evals'
import {
  validateEvidenceEvent,
  validateEvidencePack,
  validateExportManifest,
  validateReplayCase,
} from '@aos/records/evidence'
import { parseJournal } from '@aos/sdk/journal'
import { toldError } from '../terminal/cli-error.ts'
import type { DocumentKind, Part } from './recognise.ts'

/** One thing that is wrong with a document, or odd about it. */
export interface Issue {
  /** JSON Pointer; empty for the document itself. */
  readonly path: string
  readonly message: string
  /** Line of the file, where that is known. */
  readonly line?: number
  /** A warning makes no document invalid. */
  readonly severity?: 'error' | 'warning'
  readonly code?: string
  readonly fix?: string
}

type Validator = (value: unknown) => readonly Issue[] | Promise<readonly Issue[]>

const VALIDATORS: Readonly<Partial<Record<DocumentKind, Validator>>> = {
  AgentRun: (value) => issuesOf(parseAgentRun(value)),
  'activity event': (value) => issuesOf(parseAgentActivity(value)),
  'evidence pack': (value) => validateEvidencePack(value).issues,
  'evidence manifest': (value) => validateExportManifest(value).issues,
  'evidence event': (value) => validateEvidenceEvent(value).issues,
  'replay case': (value) => validateReplayCase(value).issues,
  'decision journal': journalIssues,
  'eval pack': packIssues,
  'PEAC record': () => [noSchema('a record is checked with its signature: aos verify FILE --key KEY')],
  'policy file': policyIssues,
  'audit ledger': () => [noSchema('a ledger is checked by its seals: aos verify FILE --key KEY')],
  AgBOM: () => [noSchema('an AgBOM is checked with its signature: aos verify FILE --key KEY')],
  spans: () => [noSchema('spans are shown, and what is wrong with them told, by aos view FILE')],
}

/** Checks a document by the schema and the rules of its kind; no issue is left out. */
export async function validatePart({ kind, value, problem }: Part): Promise<readonly Issue[]> {
  const validator = VALIDATORS[kind]
  if (validator !== undefined) return validator(value)
  const why = problem === undefined ? '' : `: ${problem}`
  return [noSchema(`is no AgentRun, evidence pack, activity event or anything else that is known here${why}`)]
}

function issuesOf(
  result: { readonly ok: true } | { readonly ok: false; readonly issues: readonly Issue[] },
): readonly Issue[] {
  return result.ok ? [] : result.issues
}

function journalIssues(value: unknown): readonly Issue[] {
  try {
    const { complete, missing, truncated } = parseJournal(
      typeof value === 'string' ? value : `${JSON.stringify(value)}\n`,
    )
    if (complete) return []
    const what = truncated
      ? 'its last line is torn'
      : missing > 0
        ? `${missing} entries are missing`
        : 'it has no end'
    return [{ path: '', message: `is not whole: ${what}`, severity: 'warning' }]
  } catch (error) {
    return [{ path: '', message: toldError(error).message }]
  }
}

function packIssues(value: unknown): readonly Issue[] {
  const result = typeof value === 'string' ? parseBenchPack(value) : checkBenchPack(value)
  if (result.ok) return []
  return result.issues.map(({ path, message, line }) =>
    line === undefined ? { path, message } : { path, message, line },
  )
}

async function policyIssues(value: unknown): Promise<readonly Issue[]> {
  // one of a list is no text
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const issues = checkPolicyFile(text, { factories: await policyKinds() })
  return issues.map(({ line, message, fix }) => ({
    path: '',
    message,
    line,
    ...(fix === undefined ? {} : { fix }),
  }))
}

function noSchema(message: string): Issue {
  return { path: '', message }
}
