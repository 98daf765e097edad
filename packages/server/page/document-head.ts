import type { AgentRun } from '@agent-run/types'
import { formatCount } from '@aos/trace/view'
import { toneOf } from '../src/view/tone-of.ts'
import { element } from '../../trace/page/dom.ts'
import { formatSize } from './format.ts'
import { pill } from './parts.ts'

/** A document of a run, as the server keeps it. */
export interface RunDocument {
  readonly kind: string
  /** `sha256:` and the digest of its bytes. */
  readonly digest: string
  readonly size: number
  readonly bytes: ArrayBuffer
}

/** What a card about a document of a run works with. */
export interface DocumentCard {
  readonly run: AgentRun
  readonly document: RunDocument
  /** Shows a step of the run. */
  readonly choose: (stepId: string) => void
}

/** The heading of a card about a document: what it is, whether it is what was sent, and a way to keep it. */
export function documentHead(
  title: string,
  { run, document }: DocumentCard,
  ...marks: readonly Node[]
): HTMLElement {
  const digest = element('span', { attributes: { role: 'status' } })
  void digestOf(document.bytes).then((found) => {
    if (found === undefined) return
    digest.append(
      found === document.digest ? pill('good', 'fits its digest') : pill('bad', 'does not fit its digest'),
    )
  })
  return element(
    'div',
    { class: 'card-head' },
    element('h2', { text: title }),
    ...marks,
    digest,
    element('button', {
      class: 'button small download',
      text: `Download, ${formatSize(document.size)}`,
      attributes: { type: 'button' },
      onClick: () => download(document, fileName(document, run)),
    }),
  )
}

/** A word of a status in its tone. */
export function statusOf(status: string, count?: number): HTMLElement {
  const words = status.replaceAll('_', ' ')
  return pill(toneOf(status), count === undefined ? words : `${formatCount(count)} ${words}`)
}

/** How many entries have which status, as words in their tones. */
export function statusCounts<T>(entries: readonly T[], of: (entry: T) => string): readonly HTMLElement[] {
  const counts = new Map<string, number>()
  for (const entry of entries) counts.set(of(entry), (counts.get(of(entry)) ?? 0) + 1)
  return [...counts].map(([status, count]) => statusOf(status, count))
}

// absent outside of https and this machine
async function digestOf(bytes: ArrayBuffer): Promise<string | undefined> {
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle as SubtleCrypto | undefined
  if (subtle === undefined) return undefined
  const digest = new Uint8Array(await subtle.digest('SHA-256', bytes))
  return `sha256:${Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}

function fileName({ kind }: RunDocument, { id }: AgentRun): string {
  const ending = kind === 'agbom' ? 'cdx.json' : 'json'
  return `${kind}-${id.replaceAll(/[^\w.-]+/g, '-').slice(0, 100)}.${ending}`
}

function download({ bytes }: RunDocument, name: string): void {
  const href = URL.createObjectURL(new Blob([bytes], { type: 'application/json' }))
  element('a', { attributes: { href, download: name } }).click()
  URL.revokeObjectURL(href)
}
