import type { ReplayedDecision } from '@aos/sdk/journal'
import type { Context, Tone } from '../terminal/context.ts'
import { counted } from '../terminal/counted.ts'
import { visible } from '../terminal/visible.ts'
import type { Change, Effect, ReplayedRun, Totals } from './replayed-run.ts'

/** What a backtest has come to. */
export interface BacktestResult {
  readonly runs: readonly ReplayedRun[]
  readonly totals: Totals
  readonly unread: readonly { readonly error: string }[]
}

type Paint = Context['paint']

/** The result as text: each run with what would differ in it, then the sum. */
export function reportText({ runs, totals, unread }: BacktestResult, paint: Paint): string {
  const { now } = totals
  const sum = [
    `${counted(totals.runs, 'run')}, ${counted(totals.decisions, 'decision')}, ${totals.changed} would be others`,
    `denied ${now.deny}, modified ${now.modify}, asked about ${now.ask}, allowed ${now.allow}`,
    `not reproducible ${totals.not_reproducible}`,
  ]
  return [
    ...runs.flatMap((run) => runLines(run, paint)),
    ...unread.map(({ error }) => `${visible(error)}  ${paint('bad', 'not replayed')}`),
    '',
    sum.join('; '),
  ].join('\n')
}

function runLines(run: ReplayedRun, paint: Paint): readonly string[] {
  const { changes, decisions, counts, complete } = run
  const head = `${visible(run.run)}  ${visible(run.agent)}  ${visible(run.started_at)}  ${counted(decisions.length, 'decision')}`
  const isSame = changes.length === 0 && counts.not_reproducible === 0
  const verdict = isSame ? sameAs(complete, paint) : `${changes.length} would be others`
  const unknown = decisions.filter(({ outcome }) => outcome === 'not_reproducible')
  return [
    `${head}, ${verdict}${complete || isSame ? '' : paint('doubtful', ', and its journal is not whole')}`,
    ...changes.map((change) => changeLine(change, paint)),
    ...unknown.map(
      (decision) => `  ${placeOf(decision)}  ${paint('doubtful', 'not reproducible')}: ${whyOf(decision)}`,
    ),
  ]
}

function sameAs(complete: boolean, paint: Paint): string {
  return complete
    ? paint('good', 'the same')
    : paint('doubtful', 'the same as far as it goes: its journal is not whole')
}

const WORDS: Readonly<Record<Effect, readonly [word: string, tone: Tone]>> = {
  deny: ['denied', 'bad'],
  modify: ['modified', 'doubtful'],
  ask: ['asked about', 'doubtful'],
  allow: ['allowed', 'good'],
}

function changeLine({ before, now, decision, after_change: isLater }: Change, paint: Paint): string {
  const [word, tone] = WORDS[now]
  const { replayed, recorded, unknownStates } = decision
  const reason = replayed?.reason ?? ''
  const policies = replayed?.policies ?? []
  const because = recorded?.reason === undefined || before === 'allow' ? '' : ` (${visible(recorded.reason)})`
  return [
    `  ${placeOf(decision)}  would be ${paint(tone, word)}`,
    reason === '' || now === 'allow' ? '' : `: ${visible(reason)}`,
    policies.length === 0 || now === 'allow' ? '' : ` [${policies.map(visible).join(', ')}]`,
    `; was ${WORDS[before][0]}${because}`,
    isLater ? paint('quiet', ', after another difference') : '',
    unknownStates.length === 0
      ? ''
      : paint('doubtful', `, a guess without ${unknownStates.map(visible).join(', ')}`),
  ].join('')
}

function placeOf({ name, hook, phase }: ReplayedDecision): string {
  // the names of some hooks say themselves whether they are about what comes back
  const isSaid = phase === 'request' || /(?:Request|Result|Retrieval)$/.test(hook)
  return `${visible(name)}  ${visible(hook)}${isSaid ? '' : ` ${phase}`}`
}

function whyOf({ why, detail }: ReplayedDecision): string {
  return `${why ?? 'unknown'}${detail === undefined ? '' : ` (${visible(detail)})`}`
}
