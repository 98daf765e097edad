import type { AgentRun } from '@agent-run/types'
import { toBomFacts } from '../src/view/bom-facts.ts'
import { toEvidenceFacts, type EvidenceFacts } from '../src/view/evidence-facts.ts'
import { ApiError, type Api } from './api.ts'
import { bomCard, unreadableCard } from './bom-card.ts'
import type { DocumentCard, RunDocument } from './document-head.ts'
import { element } from '../../trace/page/dom.ts'
import { EvidenceCard } from './evidence-card.ts'
import { failure, isAborted } from './parts.ts'

/** What the documents of a run are shown with. */
export interface DocumentsHost {
  readonly api: Api
  readonly signal: AbortSignal
  /** Shows a step of the run. */
  readonly choose: (stepId: string) => void
  /** Told once it is known what evidence there is. */
  readonly onEvidence: (facts: EvidenceFacts | undefined) => void
}

type Listed = Omit<RunDocument, 'bytes'>

const NAMES: Readonly<Record<string, string>> = { evidence: 'evidence', agbom: 'bill of materials' }

/** The documents that were sent of a run: its evidence, and the bill of materials of its agent. */
export class Documents {
  readonly box: HTMLElement = element('div', { class: 'documents' })
  readonly #host: DocumentsHost
  #evidence: EvidenceCard | undefined
  #shown: string | undefined
  #asked = 0

  constructor(host: DocumentsHost) {
    this.#host = host
  }

  /** Shows what documents a run has now; what is shown already stays as it is. */
  async update(run: AgentRun): Promise<void> {
    const asked = (this.#asked += 1)
    try {
      const listed = await this.#list(run)
      const state = JSON.stringify([listed, run.steps.length])
      if (asked !== this.#asked || state === this.#shown) return
      const documents = await Promise.all(listed.map((one) => this.#read(run, one)))
      if (asked !== this.#asked) return
      this.#shown = state
      this.#show(run, documents)
    } catch (error) {
      // what is shown already stays until the next change
      if (isAborted(error) || asked !== this.#asked || this.#shown !== undefined) return
      this.box.replaceChildren(failure(error, () => void this.update(run)))
    }
  }

  /** Shows what of the evidence is about a step. */
  showStep(stepId: string): void {
    this.#evidence?.showStep(stepId)
  }

  onKey(key: string): boolean {
    return key === 'Escape' && this.#evidence?.leaveStep() === true
  }

  async #list({ id }: AgentRun): Promise<readonly Listed[]> {
    const { api, signal } = this.#host
    const path = `/runs/${encodeURIComponent(id)}/documents`
    try {
      return (await api.get<{ readonly documents: readonly Listed[] }>(path, signal)).documents
    } catch (error) {
      // a run that was taken away meanwhile has none
      if (error instanceof ApiError && error.status === 404) return []
      throw error
    }
  }

  async #read({ id }: AgentRun, listed: Listed): Promise<RunDocument> {
    const path = `/runs/${encodeURIComponent(id)}/documents/${encodeURIComponent(listed.kind)}`
    return { ...listed, bytes: await this.#host.api.bytes(path, this.#host.signal) }
  }

  #show(run: AgentRun, documents: readonly RunDocument[]): void {
    // set again by the card, where there is one
    this.#evidence = undefined
    const made = (kind: string): readonly HTMLElement[] => {
      const document = documents.find((one) => one.kind === kind)
      return document === undefined ? [] : [this.#card({ run, document, choose: this.#host.choose })]
    }
    const cards = [...made('evidence'), ...made('agbom')]
    const lacking = Object.keys(NAMES).filter((kind) => !documents.some((one) => one.kind === kind))
    this.box.replaceChildren(...cards, ...(lacking.length === 0 ? [] : [lackingLine(lacking)]))
    this.#host.onEvidence(this.#told())
  }

  #told(): EvidenceFacts | undefined {
    return this.#evidence?.facts
  }

  #card(card: DocumentCard): HTMLElement {
    const { run, document } = card
    const value = parsed(document.bytes)
    if (document.kind === 'agbom') {
      const told = toBomFacts(value)
      return told === undefined ? unreadableCard('Bill of materials', card) : bomCard(told, card)
    }
    const told = toEvidenceFacts(value, run)
    if (told === undefined) return unreadableCard('Evidence', card)
    this.#evidence = new EvidenceCard(told, card)
    return this.#evidence.box
  }
}

function lackingLine(kinds: readonly string[]): HTMLElement {
  const names = kinds.map((kind) => `no ${NAMES[kind] ?? kind}`).join(' and ')
  return element('p', {
    class: 'muted lacking',
    text: `${names[0]?.toUpperCase() ?? ''}${names.slice(1)} was sent of this run.`,
  })
}

function parsed(bytes: ArrayBuffer): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown
  } catch {
    // told by the card
    return undefined
  }
}
