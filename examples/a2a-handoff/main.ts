// A clerk hands a case over to an agent of another company, in another process, over A2A. What of it is personal is
// redacted before it leaves, nobody else is told of the task, and both processes are one trace and one lineage.
import assert from 'node:assert/strict'
import { ClientFactory } from '@a2a-js/sdk/client'
import { verifyRun, type AgentRun } from '@agent-run/types'
import { dataProtection, GuardianAgent } from '@aos/guardian'
import { AOSInstrument, isDenied } from '@aos/sdk'
import { instrumentA2AClient } from '@aos/sdk/a2a'
import { OpenTelemetryTracer } from '@aos/trace'
import { startOtlpReceiver } from '../../test/support/otlp-receiver.ts'
import type { ReceivedSpan } from '../../test/support/otlp-spans.ts'
import { requestOf, textOf } from './messages.ts'
import { startSpecialist } from './specialist-process.ts'

const CASE = 'Ana Reis, ana.reis@mail.example, card 4111 1111 1111 1111, wants her money back.'

await using collector = await startOtlpReceiver()
await using specialist = await startSpecialist(collector.endpoint)

const tracer = new OpenTelemetryTracer({
  serviceName: 'clerk',
  endpoint: collector.endpoint,
  spool: false,
})
const clerk = tracer.instrument(
  new AOSInstrument(
    async (pushUrl: string | undefined): Promise<string> => {
      const answer = await client.sendMessage(requestOf(CASE, pushUrl))
      return 'messageId' in answer ? textOf(answer) : 'a task'
    },
    { agent: { name: 'clerk' } },
  ),
)
const client = instrumentA2AClient(await new ClientFactory().createFromUrl(specialist.url), clerk)

const guardian = new GuardianAgent({
  policies: [dataProtection({ detectors: 'all', hooks: { a2a: { outbound: 'redact' } } })],
})
guardian.protect(clerk)
const runs: AgentRun[] = []
clerk.on('run', (run) => runs.push(run))
clerk.on('event', (event) => {
  if (event.type !== 'decision' || event.decision.enforced === 'allowed') return
  const { verdict, policies, by, reason } = event.decision
  console.log(`${verdict.padEnd(8)} ${policies?.[0] ?? by}: ${reason}`)
})

console.log(`clerk    ${CASE}`)
const answer = await clerk.run(undefined)
console.log(`told     ${specialist.told.join()}\nanswer   ${answer}`)
assert.match(answer, /A refund of 120 euros is due/)
assert.equal(specialist.told.length, 1)
assert.doesNotMatch(specialist.told.join(), /4111|ana\.reis/)
assert.match(specialist.told.join(), /wants her money back/)

const refused = await clerk.run('https://collector.example/in').catch((error: unknown) => error)
assert.ok(isDenied(refused))
assert.deepEqual(refused.denial.reasonCodes, ['push_url_not_allowed'])
assert.equal(specialist.told.length, 1, 'the message with the foreign URL never left')

// one lineage: what the other process has recorded names this run, and its hashes fit
const [asking] = runs
const asked = await specialist.run
assert.ok(asking)
const lineage = verifyRun(asked, { parent: asking }).checks.find(({ name }) => name === 'lineage')
console.log(`lineage  the run of refunds is the child of the run of clerk: ${lineage?.ok}`)
assert.equal(asked.parent_run_id, asking.id)
assert.equal(lineage?.ok, true)

// one trace: each span stands below the one before, the last two are of the other process
await tracer.shutdown()
await collector.until(({ spans }) => spans.filter(ofRun(asked)).length === 2)
const trace = [asking, asked].flatMap((run) => {
  const spans = collector.spans.filter(ofRun(run))
  return spans.toSorted((a, b) => Number(isRun(b)) - Number(isRun(a)))
})
console.log(`trace    ${trace.map(({ name }) => name).join(' > ')}`)
assert.deepEqual(trace.map(isRun), [true, false, true, false])
for (const [at, span] of trace.entries()) {
  assert.equal(span.traceId, trace[0]?.traceId)
  assert.equal(span.parentSpanId, trace[at - 1]?.spanId)
}
await guardian.close()

function ofRun({ id }: AgentRun): (span: ReceivedSpan) => boolean {
  return ({ attributes }) => attributes['aos.run.id'] === id
}

function isRun({ name }: ReceivedSpan): boolean {
  return name.startsWith('invoke_agent')
}
