import type { AgentRun, RunVerification } from '@agent-run/types'
import { visibleLine } from '@aos/trace/view'
import { verifyRecord, type RecordCheck } from '../src/view/verify-record.ts'
import { ApiError } from './api.ts'
import { element } from '../../trace/page/dom.ts'
import { facts, isAborted, notice, pill, section, table } from './parts.ts'
import type { Reading } from './run-family.ts'

/** Where a run came from, checked by the browser itself and, beside it, by the server. */
export function createProof(run: AgentRun, reading: Reading): HTMLElement {
  const { provenance } = run
  const checks = element('div', { class: 'checks' }, notice('checking'))
  void check(run, reading).then(
    (made) => checks.replaceChildren(...made),
    (error: unknown) => {
      if (!isAborted(error)) checks.replaceChildren(notice('The checks failed.'))
    },
  )
  const lineage = provenance.lineage ?? []
  return section(
    'Provenance',
    checks,
    facts([
      ['run_hash', code(provenance.run_hash)],
      ['config_hash', code(provenance.config_hash)],
      ['Model version', provenance.model_version ?? undefined],
      ['Runtime', provenance.runtime ?? undefined],
      ['Signed by', code(provenance.signed_by)],
      [
        'Lineage',
        lineage.length === 0 ? undefined : element('ol', { class: 'lineage' }, ...lineage.map(itemOf)),
      ],
    ]),
  )
}

function code(text: string | null | undefined): HTMLElement | undefined {
  return typeof text === 'string' ? element('code', { text: visibleLine(text) }) : undefined
}

function itemOf(hash: string): HTMLElement {
  return element('li', {}, element('code', { text: visibleLine(hash) }))
}

async function check(run: AgentRun, reading: Reading): Promise<readonly HTMLElement[]> {
  const [own, server] = await Promise.all([checkHere(run, reading), checkThere(run, reading)])
  const names = new Set([...(own ?? []), ...(server?.checks ?? [])].map(({ name }) => name))
  const rows = [...names].map((name): (string | Node)[] => {
    const here = own?.find((one) => one.name === name)
    const there = server?.checks.find((one) => one.name === name)
    return [
      element('code', { text: visibleLine(name) }),
      here === undefined ? '–' : resultOf(here.state, here.message),
      there === undefined ? '–' : resultOf(there.ok ? 'ok' : 'bad', there.message),
    ]
  })
  const summary = summaryOf(own, server)
  return [summary, table(['Check', 'This browser', 'The server'], rows, 'Checks of the provenance')]
}

function resultOf(state: RecordCheck['state'], message: string): HTMLElement {
  const word = { ok: 'fits', bad: 'wrong', unknown: 'open' }[state]
  const tone = ({ ok: 'good', bad: 'bad', unknown: 'plain' } as const)[state]
  return element(
    'span',
    { class: 'check' },
    pill(tone, word),
    element('span', { text: visibleLine(message) }),
  )
}

function summaryOf(
  own: readonly RecordCheck[] | undefined,
  server: RunVerification | undefined,
): HTMLElement {
  const isBad = own?.some(({ state }) => state === 'bad') === true
  const isSigned = own?.some(({ name, state }) => name === 'signature' && state === 'ok') === true
  const said =
    own === undefined
      ? pill('plain', 'This browser checks records only over https or on this machine')
      : isBad
        ? pill('bad', 'This record was changed, or is not what it says')
        : isSigned
          ? pill('good', 'Sound and signed')
          : pill('plain', 'Nothing is wrong, and anybody can have written it')
  const tone = server?.status === 'verified' ? 'good' : server?.status === 'refused' ? 'bad' : 'plain'
  return element(
    'p',
    { class: 'proof-summary', attributes: { 'data-checked': own === undefined ? 'no' : 'yes' } },
    said,
    server === undefined ? undefined : element('span', { class: 'muted', text: 'The server says' }),
    server === undefined ? undefined : pill(tone, server.status),
    unprotectedNote(server),
  )
}

// without a trusted signature nothing is protected, which the status says
function unprotectedNote(server: RunVerification | undefined): HTMLElement | undefined {
  if (server?.status !== 'verified' && server?.status !== 'partial') return undefined
  const members = server.unprotected.filter((name) => name !== 'eval')
  if (members.length === 0) return undefined
  return element('span', {
    class: 'muted',
    text: visibleLine(`It does not protect ${members.join(', ')}`),
  })
}

async function checkHere(run: AgentRun, reading: Reading): Promise<readonly RecordCheck[] | undefined> {
  // absent outside of https and this machine, whatever its type says
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle as SubtleCrypto | undefined
  return subtle === undefined
    ? undefined
    : verifyRecord(run, { subtle, parent: await parentOf(run, reading) })
}

async function parentOf({ parent_run_id: id }: AgentRun, reading: Reading): Promise<AgentRun | undefined> {
  if (typeof id !== 'string') return undefined
  return orNothing(reading.api.get<AgentRun>(`/runs/${encodeURIComponent(id)}`, reading.signal))
}

function checkThere(run: AgentRun, { api, signal }: Reading): Promise<RunVerification | undefined> {
  return orNothing(api.get<RunVerification>(`/runs/${encodeURIComponent(run.id)}/verification`, signal))
}

// the server may not have the parent
async function orNothing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined
    throw error
  }
}
