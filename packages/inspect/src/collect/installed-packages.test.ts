import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { installedPackages } from './installed-packages.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'aos-packages-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function put(folder: string, manifest: object | string): void {
  mkdirSync(join(root, folder), { recursive: true })
  const text = typeof manifest === 'string' ? manifest : JSON.stringify(manifest)
  writeFileSync(join(root, folder, 'package.json'), text)
}

it('finds what the application names, and what that needs, as it is installed for each', async () => {
  put('', {
    name: 'app',
    version: '1.0.0',
    dependencies: { a: '^1', '@s/b': '*' },
    devDependencies: { dev: '1' },
  })
  put('node_modules/a', { name: 'a', version: '1.2.0', license: 'MIT', dependencies: { c: '1' } })
  put('node_modules/@s/b', { name: '@s/b', version: '2.0.0', peerDependencies: { c: '2', missing: '1' } })
  put('node_modules/c', { name: 'c', version: '2.0.0', dependencies: { a: '1' } })
  put('node_modules/a/node_modules/c', { name: 'c', version: '1.0.0' })
  put('node_modules/dev', { name: 'dev', version: '1.0.0' })
  put('src/deep', 'no JSON')
  const { direct, packages, truncated } = await installedPackages(join(root, 'src', 'deep'), 'all')
  expect(direct).toEqual(['@s/b@2.0.0', 'a@1.2.0'])
  expect(packages.map(({ id, dependsOn }) => [id, ...dependsOn])).toEqual([
    ['@s/b@2.0.0', 'c@2.0.0'],
    ['a@1.2.0', 'c@1.0.0'],
    ['c@1.0.0'],
    ['c@2.0.0', 'a@1.2.0'],
  ])
  expect(packages[1]?.license).toBe('MIT')
  expect(truncated).toBe(false)
  const named = await installedPackages(root, 'direct')
  expect(named.packages.map(({ id }) => id)).toEqual(['@s/b@2.0.0', 'a@1.2.0'])
})

it('looks for what a linked package needs where the link leads', async () => {
  put('', { name: 'app', version: '1.0.0', dependencies: { linked: '1' } })
  put('store/linked/node_modules/linked', { name: 'linked', version: '1.0.0', dependencies: { inner: '1' } })
  put('store/linked/node_modules/inner', { name: 'inner', version: '3.0.0' })
  mkdirSync(join(root, 'node_modules'))
  symlinkSync(join(root, 'store/linked/node_modules/linked'), join(root, 'node_modules/linked'))
  const { packages } = await installedPackages(root, 'all')
  expect(packages.map(({ id }) => id)).toEqual(['inner@3.0.0', 'linked@1.0.0'])
})

it('reads nothing outside of node_modules for a name that is a path', async () => {
  put('', { name: 'app', version: '1.0.0', dependencies: { '../secret': '1', '..': '1', '@a/../b': '1' } })
  put('secret', { name: 'secret', version: '1.0.0' })
  expect((await installedPackages(root, 'all')).packages).toEqual([])
})

it('has nothing to say where there is no application', async () => {
  expect(await installedPackages('/', 'all')).toEqual({ direct: [], packages: [], truncated: false })
})
