import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { median } from './interleave.ts'

const execute = promisify(execFile)
const root = join(import.meta.dirname, '..', '..')

/** What importing the sdk costs a user, in bytes and packages. */
export interface Sizes {
  readonly bundleGzipBytes: number
  readonly installPackages: number
  readonly installBytes: number
  /** Import of @aos/sdk against import of @opentelemetry/sdk-trace-node, both beyond an empty process. */
  readonly importRatio: number
}

/** Measures the built packages; the build must be current. */
export async function sizes(): Promise<Sizes> {
  const folder = await mkdtemp(join(tmpdir(), 'aos-size-'))
  try {
    const installed = await install(folder)
    return { bundleGzipBytes: await bundleSize(), ...installed, importRatio: await importRatio(folder) }
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function bundleSize(): Promise<number> {
  const build = await rolldown({
    input: join(root, 'packages/sdk/dist/index.js'),
    platform: 'node',
    external: [/^@opentelemetry\//],
  })
  const { output } = await build.generate({ format: 'esm', minify: true })
  return gzipSync(output[0].code).byteLength
}

async function install(
  folder: string,
): Promise<{ readonly installPackages: number; readonly installBytes: number }> {
  const pnpm = join(root, '.tools/pnpm/node_modules/pnpm/bin/pnpm.mjs')
  const tarballs: string[] = []
  for (const name of ['types', 'sdk']) {
    await execute(process.execPath, [pnpm, 'pack', '--pack-destination', folder], {
      cwd: join(root, 'packages', name),
    })
  }
  for (const name of await readdir(folder)) if (name.endsWith('.tgz')) tarballs.push(join(folder, name))
  await writeFile(join(folder, 'package.json'), '{"private":true,"type":"module"}')
  await execute(
    'npm',
    ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...tarballs, '@opentelemetry/api@1.9.1'],
    { cwd: folder },
  )
  const lock = JSON.parse(await readFile(join(folder, 'node_modules/.package-lock.json'), 'utf8')) as {
    packages: object
  }
  return {
    installPackages: Object.keys(lock.packages).length,
    installBytes: await bytesOf(join(folder, 'node_modules')),
  }
}

async function bytesOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => stat(join(entry.parentPath, entry.name)))
  return (await Promise.all(files)).reduce((sum, { size }) => sum + size, 0)
}

async function importRatio(folder: string): Promise<number> {
  const ratios: number[] = []
  for (let round = 0; round < 7; round++) {
    const ours = await importTime(folder, '@aos/sdk')
    const otel = await importTime(import.meta.dirname, '@opentelemetry/sdk-trace-node')
    ratios.push(ours / otel)
  }
  return median(ratios)
}

async function importTime(folder: string, name: string): Promise<number> {
  const code = `const t = performance.now(); await import(${JSON.stringify(name)}); console.log(performance.now() - t)`
  const { stdout } = await execute(process.execPath, ['--input-type=module', '-e', code], { cwd: folder })
  return Number(stdout)
}
