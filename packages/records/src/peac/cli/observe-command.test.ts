import { sha256Hex } from '@agent-run/types'
import { describe, expect, test } from 'vitest'
import { keyFromSeed } from '../../testing/peac-keys.ts'
import { verify } from '../verify.ts'
import type { ObserveCommandOptions } from './command-options.ts'
import { observeCommand, recordCommand } from './observe-command.ts'

const KEY = keyFromSeed('44'.repeat(32))
const NODE = process.execPath
const script = (code: string, ...args: readonly string[]): readonly string[] => [NODE, '-e', code, ...args]

describe('a command that is recorded', () => {
  test('tells digests, and no argument, output, folder or path', async () => {
    const command = script('console.log("canary-out"); console.error("canary-err")', 'canary-argument')
    const { record, observation, exitCode } = await recordCommand(command, { key: KEY })
    expect(exitCode).toBe(0)
    expect(verify(record.jws, { jwk: KEY.publicJwk })).toMatchObject({ valid: true, warnings: [] })
    const told = JSON.stringify(record.claims)
    for (const secret of ['canary-out', 'canary-err', 'canary-argument', process.cwd(), NODE]) {
      expect(told).not.toContain(secret)
    }
    expect(observation.command).toEqual({
      program: 'node',
      argv_mode: 'hashed',
      argv_sha256: `sha256:${sha256Hex(JSON.stringify(command.slice(1)))}`,
      argv_token_count: 3,
    })
    expect(observation.stdout_ref).toEqual({
      length: 11,
      sha256: `sha256:${sha256Hex('canary-out\n')}`,
      truncated: false,
    })
    expect(observation.stdin_ref).toEqual({ mode: 'none' })
  })

  test('tells raw content only where that was asked for twice, and no secret even then', async () => {
    await expect(observeCommand(script(''), { captureRaw: true })).rejects.toThrow(/needs both/)
    await expect(observeCommand(script(''), { unsafelyAllowRawCapture: true })).rejects.toThrow(/needs both/)
    const both = { captureRaw: true, unsafelyAllowRawCapture: true } as const
    const key = 'AKIAIOSFODNN7EXAMPLE'
    const { observation, record } = await recordCommand(
      script('process.stdout.write("plain"); process.stderr.write(process.argv[1])', key),
      { key: KEY, ...both },
    )
    expect(observation.stdout_ref.sample_base64).toBe(Buffer.from('plain').toString('base64'))
    expect(observation.stderr_ref).toMatchObject({
      sample_suppressed_reason: 'secret_pattern_detected',
      matched_pattern_category: 'aws-access-key',
    })
    expect(observation.command.argv?.at(-1)).toBe('<secret-suppressed:aws-access-key>')
    expect(JSON.stringify(record.claims)).not.toContain(key)
    expect(verify(record.jws, { jwk: KEY.publicJwk }).valid).toBe(true)
  })

  test('keeps the names of options where arguments are redacted', async () => {
    const { observation } = await observeCommand([NODE, '--input-type=module', '-e', '0'], {
      argv: 'redacted',
    })
    expect(observation.command.argv).toEqual(['--input-type=<redacted:6>', '-e', '<redacted:1>'])
  })

  test('tells how it ended: by itself, by a signal, or since its time was up', async () => {
    expect((await observeCommand(script('process.exit(3)'))).exitCode).toBe(3)
    const killed = await observeCommand(script('process.kill(process.pid, "SIGKILL")'))
    expect([killed.exitCode, killed.observation.signal, killed.timedOut]).toEqual([137, 'SIGKILL', false])
    const late = await recordCommand(script('setInterval(() => 0, 1000)'), { key: KEY, timeoutMs: 300 })
    expect(late.timedOut).toBe(true)
    expect(late.observation).toMatchObject({
      timed_out: true,
      termination_signal: 'SIGTERM',
      signal: 'SIGTERM',
    })
    expect(verify(late.record.jws, { jwk: KEY.publicJwk }).valid).toBe(true)
  })

  test('hands on what it writes, and tells digests of variables that may be told', async () => {
    const heard: string[] = []
    const { observation } = await observeCommand(script('console.log(process.env.CI)'), {
      env: { PATH: process.env['PATH'], CI: 'yes', TOKEN: 'canary' },
      envAllowlist: ['CI', 'ABSENT'],
      onOutput: (stream, chunk) => heard.push(`${stream}: ${Buffer.from(chunk).toString()}`),
    })
    expect(heard.join('')).toBe('stdout: yes\n')
    expect(observation.env).toEqual({
      mode: 'hashed',
      entries: { CI: { value_sha256: `sha256:${sha256Hex('yes')}` } },
    })
  })

  test('runs to its end where the listener throws, and then says so', async () => {
    const onOutput = (): never => {
      throw new Error('broken pipe')
    }
    await expect(observeCommand(script('console.log(1)'), { onOutput, binaryMode: 'none' })).rejects.toThrow(
      /onOutput threw/,
    )
  })

  test('that cannot be started is an error that says so', async () => {
    await expect(observeCommand(['there-is-no-such-program'])).rejects.toThrow(/cannot be started/)
    await expect(observeCommand([])).rejects.toThrow(/there is no command/)
  })

  test.each([
    [{ cwd: '' }, /cwd must be/],
    [{ env: 'x' }, /env must be/],
    [{ timeoutMs: 0 }, /timeoutMs must be/],
    [{ killGraceMs: -1 }, /killGraceMs must be/],
    [{ stdin: 'pipe' }, /stdin must be ignore or inherit/],
    [{ onOutput: 1 }, /onOutput must be/],
    [{ argv: 'raw' }, /argv must be hashed or redacted/],
    [{ cwdMode: 'full' }, /cwdMode must be/],
    [{ binaryMode: 'full' }, /binaryMode must be/],
    [{ envAllowlist: [''] }, /envAllowlist must be/],
    [{ captureRaw: 'yes' }, /captureRaw must be/],
    [{ unsafelyAllowRawCapture: 'yes' }, /unsafelyAllowRawCapture must be/],
    [{ sampleBytes: 1e9 }, /sampleBytes must be/],
    [{ executionMode: 'magic' }, /executionMode must be/],
    [{ approvalRef: 'alice@example.com' }, /approvalRef must be/],
    [{ policyDigest: 'abc' }, /policyDigest must be/],
    [{ now: 5 }, /now must be/],
  ])('%o is told by name', async (wrong, message) => {
    await expect(observeCommand(script(''), wrong as unknown as ObserveCommandOptions)).rejects.toThrow(
      message,
    )
  })
})
