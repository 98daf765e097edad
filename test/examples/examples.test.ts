import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { verifyRun } from '@agent-run/types'
import { beforeAll, describe, expect, it } from 'vitest'
import { ROOT, runSource, type Ended } from './run-source.ts'

const EXAMPLES = join(ROOT, 'examples')
const stories = readdirSync(EXAMPLES).filter((name) => existsSync(join(EXAMPLES, name, 'main.ts')))

describe('examples', () => {
  it('are all here', () => {
    expect(stories).toEqual(expect.arrayContaining(['demo', 'quick-start', 'stream-guard', 'human-approval']))
  })

  it.concurrent.each(stories.filter((name) => name !== 'demo'))('%s proves what it shows', async (name) => {
    const { code, stderr } = await runSource(join(EXAMPLES, name, 'main.ts'))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })
})

describe('demo', () => {
  const main = join(EXAMPLES, 'demo', 'main.ts')

  let plain: Ended
  beforeAll(async () => {
    plain = await runSource(main)
  })

  it('shows the decisions and leaves a trace and a verified run', () => {
    const { code, stdout, stderr } = plain
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('✗ denied   data-protection  Accessing PII data violates policy')
    expect(stdout).toContain('{"query":"SELECT id, name FROM customers LIMIT 100"}')
    expect(stdout).toContain('rejected with Error: Denied: Request exceeds cost threshold ($50 limit)\n')
    expect(stdout).toContain('11 of 11 spans arrived')
    const read = (name: string): string => readFileSync(join(EXAMPLES, 'demo', 'out', name), 'utf8')
    const run: unknown = JSON.parse(read('agent-run.json'))
    expect(verifyRun(run, { publicKey: read('public-key.pem') }).status).toBe('verified')
    expect(JSON.parse(read('trace.json'))).toHaveLength(11)
  })

  it('colours on request only', async () => {
    const escape = String.fromCharCode(27)
    expect(plain.stdout).toContain('denied')
    expect(plain.stdout).not.toContain(escape)
    expect((await runSource(main, { FORCE_COLOR: '1' })).stdout).toContain(`${escape}[31m`)
  })

  it('says what is missing for a real provider', async () => {
    const { code, stdout } = await runSource(main, { OPENAI_API_KEY: 'set' })
    expect(code).toBe(0)
    expect(stdout).toContain(
      'OPENAI_API_KEY is set, but @ai-sdk/openai is not installed: node scripts/dev.mjs exec',
    )
  })

  it('fails when its result is not as promised', async () => {
    const { code, stderr } = await runSource(main, { OTEL_SDK_DISABLED: 'true' })
    expect(code).toBe(1)
    expect(stderr).toContain('every span was delivered')
  })
})
