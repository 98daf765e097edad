// What the auditor does, offline: `node verify-records.ts PUBLIC_KEY FOLDER…`, with the files and the public key alone.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { verifyRun, type KeyInput } from '@agent-run/types'
import { parseAgentActivity } from '@aos/records/activity'
import { validateEvidencePack, verifyExport, type EvidencePack } from '@aos/records/evidence'
import { verify } from '@aos/records/peac'

const [keyFile = '', ...folders] = process.argv.slice(2)
const jwk = JSON.parse(readFileSync(keyFile, 'utf8')) as KeyInput & { kty: 'OKP'; crv: 'Ed25519'; x: string }

for (const folder of folders) {
  const problems = await problemsOf(folder)
  console.log(`${folder}: ${problems.length === 0 ? 'everything fits' : problems.join('\n  ')}`)
  if (problems.length > 0) process.exitCode = 1
}

/** What does not hold of the files in a folder. */
async function problemsOf(folder: string): Promise<readonly string[]> {
  const problems: string[] = []
  const read = (path: string): string => readFileSync(join(folder, path), 'utf8')
  const expect = (holds: boolean, problem: string): void => {
    if (!holds) problems.push(problem)
  }

  // 1: each file is the one that was exported
  const whole = await verifyExport(folder, { publicKey: jwk })
  expect(whole.signature === 'valid', `manifest: the signature is ${whole.signature}`)
  for (const { path, status, why } of whole.files)
    expect(status === 'ok' || status === 'unproven', `${path}: ${why}`)

  // 2: what the files say holds by itself
  const run = parsed(read('run.json'))
  const verified = verifyRun(run, { publicKey: jwk })
  for (const { name, ok, message } of verified.checks) expect(ok, `run.json: ${name}: ${message}`)
  const pack = parsed(read('pack.json')) as EvidencePack
  for (const { severity, path, message } of validateEvidencePack(pack).issues)
    expect(severity !== 'error', `pack.json: ${path} ${message}`)
  const events = read('activity.ndjson')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const event = parseAgentActivity(parsed(line))
      expect(event.ok, `activity.ndjson: ${event.ok ? '' : JSON.stringify(event.issues)}`)
      return event.ok ? event.value : undefined
    })
  const records = readdirSync(join(folder, 'records')).map((name) => {
    const answer = verify(read(`records/${name}`), { jwk })
    expect(answer.valid, `records/${name}: ${answer.valid ? '' : `${answer.code}: ${answer.message}`}`)
    return answer
  })

  // 3: all of them speak of the same denial
  const denied = records.find((one) => one.valid && one.claims.type.endsWith('agent-action-denied-observed'))
  const ref = denied?.valid === true ? denied.ref : undefined
  const blocked = events.find((event) => event?.event_type === 'hook.blocked')
  const source = pack.sources?.find(({ trust }) => trust?.['receipt_ref'] === ref)
  const step = (run as { steps?: { id: string; metadata?: Record<string, unknown> }[] }).steps?.find(
    ({ metadata }) => metadata?.['peac_record_ref'] === ref,
  )
  expect(ref !== undefined && step !== undefined, 'run.json: no step names the record of the denial')
  expect(source !== undefined, 'pack.json: no source is the record of the denial')
  expect(
    Reflect.get(blocked ?? {}, 'peac_record_ref') === ref,
    'activity.ndjson: the block names another record',
  )
  expect(Reflect.get(blocked ?? {}, 'step_id') === step?.id, 'activity.ndjson: the block is of another step')
  expect(
    pack.claims?.some(({ text }) => text?.includes(`step ${step?.id} was denied`) === true) === true,
    'pack.json: nothing is claimed of the denied step',
  )
  return problems
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}
