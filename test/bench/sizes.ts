import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { importRatios } from './imports.ts'
import type { Ratio } from './interleave.ts'

const execute = promisify(execFile)
const root = join(import.meta.dirname, '..', '..')
const API = '@opentelemetry/api@1.9.1'
const OPENTELEMETRY = [
  '@opentelemetry/sdk-trace-node@2.12.0',
  '@opentelemetry/exporter-trace-otlp-http@0.223.0',
]

/** What importing the sdk costs a user, in bytes and packages. */
export interface Sizes {
  readonly bundleGzipBytes: number
  readonly installPackages: number
  readonly installBytes: number
  readonly imports: readonly Ratio[]
}

/** Measures the packages as they are packed. */
export async function sizes(): Promise<Sizes> {
  const folder = await mkdtemp(join(tmpdir(), 'aos-size-'))
  try {
    const tarballs = await pack(folder)
    const small = await install(join(folder, 'small'), [...tarballs.slice(0, 2), API])
    const full = await install(join(folder, 'full'), [...tarballs, API, ...OPENTELEMETRY])
    const lock = JSON.parse(await readFile(join(small, 'node_modules/.package-lock.json'), 'utf8')) as {
      packages: object
    }
    return {
      bundleGzipBytes: await bundleSize(),
      installPackages: Object.keys(lock.packages).length,
      installBytes: await bytesOf(join(small, 'node_modules')),
      imports: await importRatios(full),
    }
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

async function pack(folder: string): Promise<readonly string[]> {
  const pnpm = join(root, '.tools/pnpm/node_modules/pnpm/bin/pnpm.mjs')
  const tarballs: string[] = []
  for (const name of ['types', 'sdk', 'trace']) {
    const target = join(folder, name)
    await mkdir(target)
    await execute(process.execPath, [pnpm, 'pack', '--pack-destination', target], {
      cwd: join(root, 'packages', name),
    })
    tarballs.push(...(await readdir(target)).map((file) => join(target, file)))
  }
  return tarballs
}

async function install(folder: string, specs: readonly string[]): Promise<string> {
  await mkdir(folder)
  await writeFile(join(folder, 'package.json'), '{"private":true,"type":"module"}')
  await execute('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...specs], { cwd: folder })
  return folder
}

async function bytesOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => stat(join(entry.parentPath, entry.name)))
  return (await Promise.all(files)).reduce((sum, { size }) => sum + size, 0)
}
