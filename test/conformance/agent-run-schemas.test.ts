import { sealRun, runHash, type AgentRun } from '@agent-run/types'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const execute = promisify(execFile)

/** The arguments of `ajv` as the README of @agent-run/types gives them, for another run. */
async function readmeArguments(run: string): Promise<string[]> {
  const readme = await readFile(join(root, 'packages', 'types', 'README.md'), 'utf8')
  const command = readme.split('\n').find((line) => line.includes(' ajv validate '))
  if (command === undefined) throw new Error('the README gives no ajv command')
  const [, args = ''] = command.split(' ajv ')
  return args.replaceAll('"', '').replace('my-run.json', run).split(' ')
}

describe('the ajv command of the README', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'agent-run-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  const validate = async (run: unknown): Promise<string> => {
    const file = join(folder, 'run.json')
    await writeFile(file, JSON.stringify(run))
    // the folder of a project that has @agent-run/types installed
    const cwd = join(root, 'test')
    const ajv = join(root, 'node_modules', '.bin', 'ajv')
    const { stdout } = await execute(ajv, await readmeArguments(file), { cwd })
    return stdout
  }

  const run: AgentRun = {
    id: 'r1',
    agent_id: 'a',
    status: 'completed',
    started_at: '2026-01-31T10:30:00.000Z',
    steps: [{ id: 's1', type: 'message', started_at: '2026-01-31T10:30:00.000Z' }],
    cost: { input_tokens: 1, output_tokens: 1 },
    provenance: { run_hash: runHash({ agent_id: 'a' }) },
  }

  test('accepts a sealed run', async () => {
    expect(await validate(sealRun(run))).toMatch(/ valid\s*$/)
  })

  test('refuses the placeholder of the published quick start', async () => {
    await expect(validate({ ...run, provenance: { run_hash: '...' } })).rejects.toMatchObject({ code: 1 })
  })
})
