import type { AgentRun, Step } from '@agent-run/types'
import { plural, visibleLine, visibleText } from '@aos/trace/view'
import { decisionsOf, labelOf, type ToldDecision } from '../src/view/run-facts.ts'
import { element } from '../../trace/page/dom.ts'
import { pill, section, table } from './parts.ts'

type Tone = 'good' | 'bad' | 'warn'

const TONES: ReadonlyMap<string, Tone> = new Map<string, Tone>([
  ['allowed', 'good'],
  ['denied', 'bad'],
  ['withheld', 'bad'],
  ['modified', 'warn'],
])

/** What was decided about the steps of a run: who, why, and what was done about it. */
export function decisionTable(run: AgentRun, choose: (step: Step) => void): HTMLElement | undefined {
  const decided = run.steps.flatMap((step) => decisionsOf(step).map((decision) => ({ step, decision })))
  if (decided.length === 0) return undefined
  const notable = decided.filter(({ decision }) => !isPlain(decision))
  const rows = (entries: typeof decided): (string | Node)[][] =>
    entries.map(({ step, decision }) => [
      element('button', {
        class: 'link',
        text: visibleLine(labelOf(step)),
        attributes: { type: 'button' },
        onClick: () => choose(step),
      }),
      decision.hook,
      verdictOf(decision),
      whoOf(decision),
      reasonOf(decision),
    ])
  const head = ['Step', 'Hook', 'Verdict', 'By', 'Why']
  const plain = decided.length - notable.length
  const all = element(
    'details',
    {},
    element('summary', { text: `All ${plural(decided.length, 'decision')}` }),
  )
  all.addEventListener('toggle', () => {
    if (all.childElementCount === 1) all.append(table(head, rows(decided), 'All decisions'))
  })
  return section(
    'Decisions',
    notable.length === 0
      ? element('p', { class: 'muted', text: `${plural(plain, 'decision')}, all of them allowed.` })
      : table(head, rows(notable), 'Decisions that denied or changed something'),
    all,
  )
}

/** The decisions on one step. */
export function decisionList(step: Step): readonly HTMLElement[] {
  return decisionsOf(step).map((decision) =>
    element(
      'div',
      { class: 'decision' },
      element('div', { class: 'decision-head' }, verdictOf(decision), whoOf(decision)),
      element('div', { class: 'decision-why' }, reasonOf(decision)),
    ),
  )
}

function isPlain({ verdict, enforced, failOpen, source, phase }: ToldDecision): boolean {
  return (
    phase !== 'approval' &&
    (verdict === 'allow' || verdict === 'abstain') &&
    (enforced === 'allowed' || enforced === 'none') &&
    failOpen === undefined &&
    source !== 'shadow'
  )
}

function verdictOf({ verdict, enforced, source }: ToldDecision): HTMLElement {
  const enforcedText = enforced === 'none' ? 'not enforced' : enforced
  return element(
    'span',
    { class: 'verdict' },
    pill(TONES.get(enforced) ?? 'plain', verdict),
    element('span', {
      class: 'muted',
      text: visibleLine(source === 'shadow' ? 'shadow only' : enforcedText),
    }),
  )
}

function whoOf({ by, source, hook, phase }: ToldDecision): HTMLElement {
  const who = by ?? source
  return element('span', { text: visibleLine(who), title: visibleLine(`${hook} ${phase} ${source}`) })
}

function reasonOf({ reason, reasonCodes, failOpen }: ToldDecision): HTMLElement {
  return element(
    'span',
    { class: 'why' },
    reason === undefined ? undefined : element('span', { text: visibleText(reason) }),
    ...reasonCodes.map((code) => element('code', { text: visibleLine(code) })),
    failOpen === undefined ? undefined : pill('warn', `let through: ${failOpen}`),
  )
}
