import type { AgentRun } from '@agent-run/types'
import { plural, visibleLine } from '@aos/trace/view'
import type { StepTexts } from '../src/view/changes.ts'
import type { EvidenceFacts } from '../src/view/evidence-facts.ts'
import { element } from '../../trace/page/dom.ts'
import type { Change } from './live.ts'
import { aboutStep, documentsIn } from './evidence-rows.ts'
import { block, failure, isAborted, notice, section } from './parts.ts'
import { decisionTable } from './run-decisions.ts'
import { Documents } from './run-documents.ts'
import { createFamily } from './run-family.ts'
import { evaluationCard, runHead } from './run-head.ts'
import { createProof } from './run-proof.ts'
import { createSteps } from './run-steps.ts'
import { Traces } from './run-traces.ts'
import type { Shell, View } from './shell.ts'
import type { Known } from './step-details.ts'
import type { Waterfall } from './waterfall.ts'

/** Creates the view of one run. */
export function createRunView(shell: Shell, id: string): View {
  return new RunView(shell, id)
}

class RunView implements View {
  readonly title: string = 'Run'
  readonly #shell: Shell
  readonly #id: string
  readonly #reading = new AbortController()
  #steps: Waterfall | undefined
  #traces: Traces | undefined
  #chosenStep: string | undefined
  #run: AgentRun | undefined
  #shown: string | undefined
  #family: HTMLElement | undefined
  #texts: ReadonlyMap<string, StepTexts> = new Map()
  #evidence: EvidenceFacts | undefined
  readonly #documents: Documents

  constructor(shell: Shell, id: string) {
    this.#shell = shell
    this.#id = id
    this.#documents = new Documents({
      api: shell.api,
      signal: this.#reading.signal,
      choose: (step) => {
        this.#steps?.choose(step)
        this.#steps?.focus()
      },
      onEvidence: (facts) => {
        this.#evidence = facts
        this.#steps?.draw()
      },
    })
    shell.root.append(notice('reading the run'))
    void this.#read()
  }

  onKey(key: string): boolean {
    if (this.#documents.onKey(key)) return true
    return this.#traces?.onKey(key) === true || (this.#steps?.onKey(key) ?? false)
  }

  onChange(change: Change): void {
    if (change === undefined) void this.#read()
    else if (change.run.id === this.#id) this.#render(change.run)
    // a child of this run has come or gone on
    else if (change.run.parent_run_id === this.#id) this.#renderFamily()
  }

  close(): void {
    this.#reading.abort()
  }

  async #read(): Promise<void> {
    try {
      const path = `/runs/${encodeURIComponent(this.#id)}`
      this.#render(await this.#shell.api.get<AgentRun>(path, this.#reading.signal))
    } catch (error) {
      if (isAborted(error)) return
      this.#shell.root.replaceChildren(failure(error, () => void this.#read()))
    }
  }

  #renderFamily(): void {
    if (this.#run === undefined || this.#family === undefined) return
    const made = createFamily(this.#run, { api: this.#shell.api, signal: this.#reading.signal })
    this.#family.replaceWith(made)
    this.#family = made
  }

  #render(run: AgentRun): void {
    const text = JSON.stringify(run)
    void this.#documents.update(run)
    // what is open stays open
    if (text === this.#shown) return
    this.#shown = text
    this.#run = run
    const { root, api } = this.#shell
    const { signal } = this.#reading
    const [top, hadFocus] = [root.scrollTop, this.#steps?.hasFocus() === true]
    document.title = visibleLine(`${run.agent_name ?? run.agent_id} · run`)
    this.#steps = createSteps(run, {
      chosen: this.#chosenStep,
      onChoose: (step) => (this.#chosenStep = step),
      known: this.#known(run),
    })
    this.#traces = new Traces(run, { api, signal }, (texts) => {
      this.#texts = texts
      this.#steps?.draw()
    })
    this.#family = createFamily(run, { api, signal })
    root.className = 'page'
    root.replaceChildren(
      runHead(run),
      stepsCard(run, this.#steps),
      decisionTable(run, ({ id }) => this.#steps?.choose(id)) ?? '',
      this.#documents.box,
      this.#traces.box,
      this.#family,
      evaluationCard(run) ?? '',
      createProof(run, { api, signal }),
      dataCard(run),
    )
    this.#steps.draw()
    root.scrollTop = top
    if (hadFocus) this.#steps.focus()
  }

  // read when a step is looked at: what the server was sent beside the record comes later
  #known(run: AgentRun): Known {
    return {
      run,
      textsOf: (id) => this.#texts.get(id),
      documentsOf: (id) => documentsIn(this.#evidence, id),
      evidenceOf: (id) => (this.#evidence === undefined ? undefined : aboutStep(this.#evidence, id)),
      showEvidence: (id) => this.#documents.showStep(id),
    }
  }
}

function stepsCard({ steps }: AgentRun, waterfall: Waterfall): HTMLElement {
  const none = element('p', { class: 'muted', text: 'No step is recorded.' })
  return section(plural(steps.length, 'step'), steps.length === 0 ? none : waterfall.box)
}

function dataCard(run: AgentRun): HTMLElement {
  const { metadata, tools_available: tools = [], tags = [] } = run
  const list = (label: string, texts: readonly string[]): HTMLElement | undefined =>
    texts.length === 0
      ? undefined
      : element(
          'p',
          { class: 'labels' },
          element('span', { class: 'muted', text: label }),
          ...texts.map((text) => element('code', { text: visibleLine(text) })),
        )
  const whole = element('details', {}, element('summary', { text: 'The whole record as JSON' }))
  whole.addEventListener('toggle', () => {
    if (whole.childElementCount === 1) whole.append(block(JSON.stringify(run, null, 2), 'The record as JSON'))
  })
  return section(
    'Record',
    list('Tools', tools),
    list('Tags', tags),
    metadata === undefined ? undefined : block(JSON.stringify(metadata, null, 2), 'Metadata'),
    whole,
  )
}
