import { canonicalJson, verifyDetached, type KeyInput } from '@agent-run/types'
import { AgBOM } from './agbom.ts'
import { assertAgBOMOptions, type AgBOMOptions } from './agbom-options.ts'
import { collectGraph, collectPackages } from './collect/collect-graph.ts'

/**
 * Makes the bill of materials of an instrumented agent (AOS Inspect): what it declares and what was seen while it ran.
 * Rejects with `not_instrumented` and `invalid_options`.
 */
export async function generateAgBOM(agent: object, options: AgBOMOptions = {}): Promise<AgBOM> {
  assertAgBOMOptions(options)
  const packages = await collectPackages(options)
  return new AgBOM(collectGraph(agent, options, { packages, version: 1 }), options)
}

/**
 * Whether a document is what `AgBOM.sign` signed, by the owner of a public Ed25519 key. The document is an object or its
 * JSON for formats in JSON, and the text itself for tag-value and XML.
 */
export function verifyAgBOM(
  document: object | string,
  signature: string,
  { publicKey }: { readonly publicKey: KeyInput },
): boolean {
  const signed = typeof document === 'string' ? textOf(document) : canonicalJson(document)
  return verifyDetached(signed, signature, publicKey)
}

function textOf(document: string): string {
  if (!/^\s*\{/.test(document)) return document
  try {
    return canonicalJson(JSON.parse(document))
  } catch {
    return document
  }
}
