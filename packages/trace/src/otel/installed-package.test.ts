import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkSdk } from '../doctor/provider-checks.ts'
import { findPackage, HERE } from './installed-package.ts'

describe('an application of its own', () => {
  let folder: string
  const install = (name: string, from: string): void => {
    const source = findPackage(name, from)
    if (source === undefined) throw new Error(`${name} is not installed`)
    cpSync(source.directory, join(folder, 'node_modules', name), { recursive: true })
  }
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'aos-install-')))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('has the packages that Node finds from its files', () => {
    const main = join(folder, 'main.js')
    expect(findPackage('not-installed-anywhere', main)).toBeUndefined()
    install('@opentelemetry/api', HERE)
    expect(findPackage('@opentelemetry/api', main)).toMatchObject({
      name: '@opentelemetry/api',
      version: '1.9.1',
      directory: join(folder, 'node_modules', '@opentelemetry', 'api'),
    })
  })

  it('is told when its SDK is of another line than its api', () => {
    const next = join(
      import.meta.dirname,
      '..',
      '..',
      '..',
      '..',
      'test',
      'compat',
      'otel-3.1',
      'package.json',
    )
    install('@opentelemetry/api', next)
    install('@opentelemetry/sdk-trace', HERE)
    expect(checkSdk(join(folder, 'main.js'))).toEqual([
      expect.objectContaining({
        code: 'sdk_api_mismatch',
        message: '@opentelemetry/sdk-trace 2.12.0 wants @opentelemetry/api >=1.3.0 <1.10.0 and sees 1.10.0',
      }),
    ])
  })
})
