import { generateSigningKey, type AgentRun } from '@agent-run/types'
import { SqliteStore, startRunServer, type RunServer, type RunStore } from '@aos/server'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { CHROMIUM, startBrowser } from './browser.ts'
import { otlpRequest, type SpanPlan } from './otlp-json.ts'
import { viewedRun } from './viewed-runs.ts'

/** The key that runs are signed with, and that the servers trust. */
export const SIGNER: ReturnType<typeof generateSigningKey> = generateSigningKey()

/** A page of the view that a test looks at. */
export interface OpenedView {
  readonly page: Page
  /** What the page complained of, and what it asked others for. */
  readonly complaints: readonly string[]
}

/** Servers and pages of one test file. */
export interface ViewBench {
  /** Serves runs until the test ends. */
  readonly serve: (
    runs: readonly AgentRun[],
  ) => Promise<{ readonly store: SqliteStore; readonly server: RunServer }>
  readonly serveStore: (store: RunStore) => Promise<RunServer>
  readonly open: (
    server: RunServer,
    path?: string,
    options?: { readonly width?: number; readonly colorScheme?: 'light' | 'dark' },
  ) => Promise<OpenedView>
}

/** Starts a browser for a test file; pages and servers end with each test. */
export function createViewBench(): ViewBench {
  let browser: Browser
  const pages: Page[] = []
  const servers: RunServer[] = []
  beforeAll(async () => {
    if (CHROMIUM !== undefined) browser = await startBrowser()
  })
  afterEach(async () => {
    for (const page of pages.splice(0)) await page.close()
    for (const server of servers.splice(0)) await server.close(0)
  })
  afterAll(async () => {
    if (CHROMIUM !== undefined) await browser.close()
  })
  const serveStore = async (store: RunStore): Promise<RunServer> => {
    const server = await startRunServer({ store, port: 0, trustedKeys: [SIGNER.publicKey] })
    servers.push(server)
    return server
  }
  return {
    serveStore,
    async serve(runs) {
      const store = new SqliteStore({ path: ':memory:' })
      await store.create(runs)
      return { store, server: await serveStore(store) }
    },
    async open(server, path = '/', { width = 1280, colorScheme = 'light' } = {}) {
      const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme })
      pages.push(page)
      const complaints = complaintsOf(page, server)
      await page.goto(`${server.url}${path}`)
      return { page, complaints }
    },
  }
}

function complaintsOf(page: Page, server: RunServer): readonly string[] {
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`))
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('dialog', (dialog) => complaints.push(dialog.message()))
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(`${server.url}/`) && url !== 'data:,') complaints.push(url)
  })
  return complaints
}

/** Expects something of what is read, again and again until it holds; a busy machine gets its time. */
export function eventually<T>(read: () => Promise<T>): ReturnType<typeof expect.poll<T>> {
  return expect.poll(read, { timeout: 10_000 })
}

/** What axe finds wrong with a page. */
export async function faultsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source)
  const found = (await page.evaluate('axe.run()')) as {
    readonly violations: readonly {
      readonly id: string
      readonly nodes: readonly { readonly html: string }[]
    }[]
  }
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

/** What is sent about a run. */
export interface SentTrace {
  readonly runId: string
  readonly spans: readonly SpanPlan[]
  /** Why something was denied. */
  readonly reason?: string
}

/** Sends spans of a run and an audit entry about it, as an exporter and a guardian do. */
export async function sendTrace(
  { url }: RunServer,
  { runId, spans, reason = 'nothing may leave' }: SentTrace,
): Promise<void> {
  const named = spans.map((span) => ({ ...span, attributes: { ...span.attributes, 'aos.run.id': runId } }))
  const decision = { decisionId: 'd1', hook: 'toolCallRequest', verdict: 'deny', reason, at: RECENT }
  const bodies = [
    ['/v1/traces', otlpRequest(named)],
    ['/api/v1/audit', { entries: [{ runId, decision }] }],
  ] as const
  for (const [path, body] of bodies) {
    const headers = { 'content-type': 'application/json' }
    const { ok, status } = await fetch(`${url}${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    if (!ok) throw new Error(`${path} says ${status}`)
  }
}

/** Names of the runs that the list shows. */
export function listedNames(page: Page): Promise<string[]> {
  return page.locator('.runs .name').allTextContents()
}

/** A moment so far from now that no run is of the future, and so near that the charts show it. */
export const RECENT: number = Date.now() - 2 * 3_600_000

/** A run of an agent without steps, so many minutes before {@link RECENT}. */
export function namedRun(minutes: number, agent: string, members: Partial<AgentRun> = {}): AgentRun {
  return viewedRun({ id: `run-${minutes}`, at: RECENT - minutes * 60_000, agent, members, steps: [] })
}
