import type { AgentRun } from '@agent-run/types'
import { AOSInstrument, deny, modify } from '@aos/sdk'
import { AgentRunReporter } from '@aos/sdk/reporter'
import { scriptedModel, toolCall } from '@aos/sdk/testing'
import { createApiKey, SqliteStore } from '@aos/server'
import { tool, ToolLoopAgent } from 'ai'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { CHROMIUM } from '../support/browser.ts'
import { decisionEvent } from '../support/otlp-json.ts'
import {
  createViewBench,
  eventually,
  listedNames,
  namedRun,
  RECENT,
  sendTrace,
  SIGNER,
} from '../support/view-bench.ts'
import { viewedRun, viewedSteps } from '../support/viewed-runs.ts'

const HOUR = 3_600_000
const { serve, serveStore, open } = createViewBench()

const selected = (page: Page): Promise<string[]> => page.locator('.row.selected .name').allTextContents()

describe.skipIf(CHROMIUM === undefined)(
  `the web view of runs${CHROMIUM === undefined ? ' (needs Chromium, see AOS_TEST_CHROMIUM)' : ''}`,
  () => {
    it('lists runs, filters them, and keeps the filters in its address', async () => {
      const { server } = await serve([
        namedRun(1, 'writer'),
        namedRun(2, 'reader', { status: 'failed', outcome: 'failed', error: 'ProviderError: overloaded' }),
        viewedRun({ id: 'run-3', at: RECENT - 3 * 60_000, agent: 'mailer', members: { outcome: 'partial' } }),
        viewedRun({
          id: 'run-4',
          at: RECENT - 26 * HOUR,
          agent: 'old',
          steps: [],
          members: { model: 'm-2' },
        }),
      ])
      const { page, complaints } = await open(server)
      await eventually(() => listedNames(page)).toEqual(['writer', 'reader', 'mailer', 'old'])
      await page.getByLabel('Status').selectOption('failed')
      await eventually(() => listedNames(page)).toEqual(['reader'])
      expect(new URL(page.url()).search).toBe('?status=failed')
      await page.getByRole('button', { name: 'Clear' }).click()
      await page.getByLabel('Denied').selectOption('true')
      await eventually(() => listedNames(page)).toEqual(['mailer'])
      await page.reload()
      await eventually(() => listedNames(page)).toEqual(['mailer'])
      await page.getByRole('button', { name: 'Clear' }).click()
      await page.getByLabel('Time', { exact: true }).selectOption('24h')
      await eventually(() => listedNames(page)).toEqual(['writer', 'reader', 'mailer'])
      await page.getByRole('button', { name: 'Clear' }).click()
      await page.getByLabel('Outcome').selectOption('partial')
      await eventually(() => listedNames(page)).toEqual(['mailer'])
      await page.getByRole('button', { name: 'Clear' }).click()
      await page.getByLabel('Agent id').fill('reader')
      await eventually(() => listedNames(page)).toEqual(['reader'])
      await page.getByLabel('Agent id').fill('')
      await page.getByLabel('Model').fill('m-2')
      await eventually(() => listedNames(page)).toEqual(['old'])
      await page.getByLabel('Model').fill('')
      await page.keyboard.press('Escape')
      await page.getByLabel('Search runs').fill('overl')
      await eventually(() => listedNames(page)).toEqual(['reader'])
      await page.getByLabel('Search runs').fill('nowhere')
      await page.getByText('No run fits the filters.').waitFor()
      expect(complaints).toEqual([])
    })

    it('shows what changes while one looks at it', async () => {
      const { server, store } = await serve([namedRun(1, 'first', { status: 'running' })])
      const { page, complaints } = await open(server)
      await page.locator('#live.live').waitFor()
      await store.create([namedRun(0, 'second')])
      await eventually(() => listedNames(page)).toEqual(['second', 'first'])
      expect(await page.locator('.row .status').allTextContents()).toContain('running')
      await store.update('run-1', (run) => ({ ...run, status: 'failed' }))
      await eventually(() => page.locator('.row .pill.failed').count()).toBe(1)
      await page.getByRole('link', { name: 'first' }).click()
      await page.getByRole('heading', { name: 'first' }).waitFor()
      await store.update('run-1', (run) => ({ ...run, error: 'it ended badly' }))
      await page.locator('.error-box', { hasText: 'it ended badly' }).waitFor()
      expect(complaints).toEqual([])
    })

    it('gives its connection back while nobody sees it, and catches up', async () => {
      const { server, store } = await serve([namedRun(1, 'first')])
      const { page, complaints } = await open(server)
      await page.locator('#live.live').waitFor()
      const look = (isHidden: boolean): Promise<unknown> =>
        page.evaluate(`
          Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true })
          document.dispatchEvent(new Event('visibilitychange'))
        `)
      await look(true)
      await page.getByText('paused').waitFor()
      await store.create([namedRun(0, 'second')])
      await look(false)
      await page.locator('#live.live').waitFor()
      await eventually(() => listedNames(page)).toEqual(['second', 'first'])
      expect(complaints).toEqual([])
    })

    it('tells all of a run: its steps, who decided what and why, what was changed, and what it cost', async () => {
      const run = viewedRun({
        id: 'run-1',
        at: RECENT,
        key: SIGNER.privateKey,
        members: { outcome: 'partial', eval: { pass: false, score: 40, detail: 'too dear' } },
      })
      const { server } = await serve([
        run,
        viewedRun({ id: 'run-2', at: RECENT + 1_000, agent: 'helper', parent: run }),
      ])
      const { page, complaints } = await open(server, '/runs/run-1')
      const labels = page.locator('.steps .label')
      await eventually(() => labels.allTextContents()).toHaveLength(7)
      expect(await page.locator('.tiles').innerText()).toMatch(
        /4\.00 s[\s\S]*1,200 in, 340 out[\s\S]*\$0\.0123/,
      )
      const decisions = page.getByRole('region', { name: 'Decisions that denied or changed something' })
      expect(await decisions.locator('tbody tr').allInnerTexts()).toEqual([
        expect.stringMatching(/send-email\s+toolCallRequest\s+modify\s+modified\s+guardian\s+blind copies/),
        expect.stringMatching(/sql\s+toolCallRequest\s+deny\s+denied\s+data-protection\s+personal data/),
      ])
      await labels.getByText('send-email').click()
      expect(await page.locator('.diff .removed').allTextContents()).toEqual([
        expect.stringContaining('"bcc": "eve@example.com"'),
      ])
      expect(await page.locator('.diff .added').count()).toBe(0)
      await labels.getByText('model call').click()
      expect(await page.locator('.message-card').first().innerText()).toMatch(
        /user\s+Find papers on oversight/,
      )
      expect(await page.locator('.card', { hasText: 'of 100' }).innerText()).toMatch(/failed\s+40\s+of 100/)
      await page.getByRole('link', { name: /helper/ }).click()
      await page.getByRole('heading', { name: 'helper' }).waitFor()
      await page.getByRole('link', { name: 'run-1' }).click()
      await page.getByRole('heading', { name: 'researcher' }).waitFor()
      await page.goto(`${server.url}/runs/%E0%A4%A`)
      await page.getByText('There is no such run').waitFor()
      await page.goto(`${server.url}/runs/nobody`)
      await page.getByText('There is no such run').waitFor()
      expect(complaints.filter((text) => !text.includes('404'))).toEqual([])
    })

    it('shows what an agent reports, with the arguments that a handler took away', async () => {
      const { server } = await serve([])
      const { page, complaints } = await open(server)
      await page.getByText('There are no runs yet.').waitFor()
      const send = tool({
        inputSchema: z.object({ to: z.string(), bcc: z.string().optional() }),
        execute: () => Promise.resolve('sent'),
      })
      const sql = tool({ inputSchema: z.object({ query: z.string() }), execute: () => Promise.resolve([]) })
      const model = scriptedModel({
        modelId: 'gpt-5.2',
        steps: [toolCall('send', { to: 'jane', bcc: 'eve' }), toolCall('sql', { query: 'all' }), 'Done.'],
      })
      const agent = new AOSInstrument(new ToolLoopAgent({ id: 'mailer', model, tools: { send, sql } }))
      agent.registerHook('toolCallRequest', ({ toolName }) =>
        toolName === 'sql' ? deny('no databases') : modify({ to: 'jane' }, 'no blind copies'),
      )
      const reporter = new AgentRunReporter({ url: server.url, directory: false })
      reporter.attach(agent)
      await agent.run('Mail Jane')
      await reporter.close()
      await page.getByRole('link', { name: 'mailer' }).click()
      const decisions = page.getByRole('region', { name: 'Decisions that denied or changed something' })
      await decisions.getByRole('button', { name: 'send' }).click()
      const lines = (kind: string): Promise<string[]> => page.locator(`.diff .${kind}`).allTextContents()
      expect(await lines('removed')).toEqual([expect.stringContaining('"bcc": "eve"')])
      expect(await decisions.innerText()).toMatch(/no blind copies[\s\S]*no databases/)
      await page.locator('.proof-summary', { hasText: 'Nothing is wrong' }).waitFor()
      expect(complaints).toEqual([])
    })

    it('opens a run with the spans and the audit entries that were sent of it', async () => {
      const { server } = await serve([namedRun(1, 'mailer')])
      await sendTrace(server, {
        runId: 'run-1',
        spans: [
          { id: 1, end: 900, name: 'invoke_agent mailer' },
          {
            id: 2,
            parent: 1,
            start: 100,
            end: 300,
            name: 'execute_tool send',
            events: [decisionEvent('deny', { 'aos.decision.message': 'nothing may leave' })],
          },
        ],
      })
      const { page, complaints } = await open(server, '/runs/run-1')
      const spans = page.getByRole('grid', { name: 'Span' }).locator('.label')
      await eventually(() => spans.allTextContents()).toEqual(['invoke_agent mailer', 'execute_tool send'])
      await spans.first().click()
      await page.keyboard.press('j')
      const details = page.getByRole('complementary', { name: 'The span' })
      expect(await details.innerText()).toMatch(/execute_tool send[\s\S]*deny[\s\S]*nothing may leave/)
      await page.getByText('toolCallRequest · deny').click()
      await page.getByRole('group', { name: 'The event' }).waitFor()
      expect(complaints).toEqual([])
    })

    it('checks the provenance itself, and finds what was changed', async () => {
      const sound = viewedRun({ id: 'sound', at: RECENT, key: SIGNER.privateKey })
      const child = viewedRun({ id: 'child', at: RECENT, parent: sound })
      const forged = { ...viewedRun({ id: 'forged', at: RECENT, key: SIGNER.privateKey }), steps: [] }
      const { server } = await serve([sound, child, forged])
      const { page, complaints } = await open(server, '/runs/sound')
      const summary = page.locator('.proof-summary')
      const checks = page.getByRole('region', { name: 'Checks of the provenance' })
      await summary.waitFor()
      expect(await summary.innerText()).toMatch(/Sound and signed\s+The server says\s+verified/)
      expect(await checks.locator('.pill.bad').count()).toBe(0)
      await page.goto(`${server.url}/runs/child`)
      expect(await checks.locator('tr', { hasText: 'lineage' }).innerText()).toContain(
        'is that of the parent',
      )
      await page.goto(`${server.url}/runs/forged`)
      await summary.waitFor()
      expect(await summary.innerText()).toMatch(/was changed[\s\S]*refused/)
      expect(await checks.locator('tr', { hasText: 'record_hash' }).innerText()).toContain('does not fit')
      expect(complaints).toEqual([])
    })

    it('is used with the keyboard alone', async () => {
      const { server } = await serve([
        namedRun(1, 'one'),
        namedRun(2, 'two'),
        viewedRun({ id: 'run-3', at: RECENT - HOUR, agent: 'three' }),
      ])
      const { page, complaints } = await open(server)
      await eventually(() => listedNames(page)).toHaveLength(3)
      for (const key of ['j', 'j']) await page.keyboard.press(key)
      expect(await selected(page)).toEqual(['two'])
      const active = await page.getByRole('grid').getAttribute('aria-activedescendant')
      expect(await page.locator(`#${active} .name`).textContent()).toBe('two')
      await page.keyboard.press('k')
      expect(await selected(page)).toEqual(['one'])
      await page.keyboard.press('x')
      await page.keyboard.press('End')
      await page.keyboard.press('x')
      await page.keyboard.press('c')
      await page.getByRole('heading', { name: 'Compare two runs' }).waitFor()
      await page.keyboard.press('Escape')
      await eventually(() => listedNames(page)).toHaveLength(3)
      await page.keyboard.press('/')
      await page.keyboard.type('two')
      await eventually(() => listedNames(page)).toEqual(['two'])
      await page.keyboard.press('Escape')
      await eventually(() => listedNames(page)).toHaveLength(3)
      await page.keyboard.press('End')
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: 'three' }).waitFor()
      for (const key of ['j', 'j', 'j']) await page.keyboard.press(key)
      expect(await page.locator('#step h3').textContent()).toBe('search')
      await page.keyboard.press('Escape')
      expect(await page.locator('#step').isVisible()).toBe(false)
      await page.keyboard.press('?')
      expect(await page.getByRole('dialog', { name: 'Keys' }).isVisible()).toBe(true)
      await page.keyboard.press('Escape')
      await page.keyboard.press('2')
      await page.getByRole('heading', { name: 'Charts' }).waitFor()
      expect(complaints).toEqual([])
    })

    it('puts two runs beside each other, step by step', async () => {
      const [first, ...rest] = viewedSteps(RECENT)
      const changed = rest
        .filter(({ id }) => id !== 's6')
        .map((step) => (step.id === 's3' ? { ...step, input_preview: '{"query":"other"}' } : step))
      const { server } = await serve([
        viewedRun({ id: 'run-a', at: RECENT }),
        viewedRun({
          id: 'run-b',
          at: RECENT,
          steps: [...(first === undefined ? [] : [first]), ...changed],
          members: { status: 'failed', cost: { input_tokens: 1, output_tokens: 1, cost_usd: 0.0246 } },
        }),
      ])
      const { page, complaints } = await open(server, '/compare?a=run-a&b=run-b')
      const totals = page.getByRole('region', { name: 'Both runs as a whole' })
      expect(await totals.locator('tr', { hasText: 'Status' }).innerText()).toMatch(
        /completed\s+failed\s+differs/,
      )
      expect(await totals.locator('tr', { hasText: 'Cost' }).innerText()).toContain('+100 %')
      expect(await page.locator('.pair').count()).toBe(7)
      expect(await page.locator('.pair.different .pair-notes').allInnerTexts()).toEqual([
        'input',
        'only in the first',
      ])
      await page.getByText('only differences').click()
      expect(await page.locator('.pair:visible').count()).toBe(2)
      await page.locator('details.pair').click()
      await page.locator('details.pair .added').waitFor()
      expect(await page.locator('details.pair .added').allTextContents()).toEqual([
        expect.stringContaining('"query": "other"'),
      ])
      expect(complaints).toEqual([])
    })

    it('draws cost, time and denials over time, and leads to the runs behind them', async () => {
      const { server } = await serve([
        namedRun(1, 'one'),
        viewedRun({ id: 'run-2', at: RECENT - HOUR, agent: 'two' }),
        viewedRun({ id: 'run-3', at: RECENT - 40 * 24 * HOUR, agent: 'old' }),
      ])
      const { page, complaints } = await open(server, '/charts')
      const charts = page.getByRole('img')
      await eventually(() => charts.count()).toBe(4)
      const said = await charts.evaluateAll((found) =>
        found.map((one) => String(one.getAttribute('aria-label'))),
      )
      expect(said).toEqual([
        'Runs: 2 runs, 0 failed',
        'Time of a run: 95 % within 4.00 s at worst',
        'Cost: $0.0246 for 3,080 tokens',
        'Denied: 1 step denied',
      ])
      await page.getByLabel('Time', { exact: true }).selectOption('90d')
      await eventually(() => charts.first().getAttribute('aria-label')).toBe('Runs: 3 runs, 0 failed')
      await page.getByText('The same as a table').click()
      await eventually(() =>
        page.getByRole('region', { name: 'Sums over time' }).locator('tbody tr').count(),
      ).toBeGreaterThan(1)
      const denied = page.locator('.chart', { hasText: 'Denied' }).locator('.bar').last()
      await denied.click()
      await eventually(() => listedNames(page)).toEqual(['two'])
      expect(complaints).toEqual([])
    })

    it('ranks agents', async () => {
      const scored = (at: number, agent: string, score: number): AgentRun =>
        namedRun(at, agent, { eval: { pass: score > 50, score, benchmark_id: 'guards' } })
      const { server } = await serve([scored(1, 'good', 90), scored(2, 'poor', 30)])
      const { page, complaints } = await open(server, '/leaderboard')
      await page.locator('tbody tr').first().waitFor()
      expect(await page.locator('tbody tr').allInnerTexts()).toEqual([
        expect.stringMatching(/1\s+good\s[\s\S]*90\.0\s+100 %/),
        expect.stringMatching(/2\s+poor\s[\s\S]*30\.0\s+0 %/),
      ])
      await page.getByLabel('Benchmark').fill('other')
      await page.getByText('No run has been evaluated yet.').waitFor()
      expect(complaints).toEqual([])
    })

    it('asks for a key where one is needed, and keeps it only in this tab', async () => {
      const store = new SqliteStore({ path: ':memory:' })
      await store.create([namedRun(1, 'secret agent')])
      const { key, record } = createApiKey('reader', 'viewer')
      await store.addKey(record)
      const server = await serveStore(store)
      const { page } = await open(server)
      const dialog = page.getByRole('dialog', { name: 'A key is needed' })
      await dialog.waitFor()
      await page.getByLabel('API key').fill('wrong')
      await page.keyboard.press('Enter')
      await page.getByText('The server does not know this key.').waitFor()
      await page.getByLabel('API key').fill(key)
      await page.keyboard.press('Enter')
      await eventually(() => listedNames(page)).toEqual(['secret agent'])
      await page.locator('#live.live').waitFor()
      const kept = await page.evaluate(
        '[JSON.stringify(sessionStorage), JSON.stringify(localStorage), document.cookie]',
      )
      expect(kept).toEqual([expect.stringContaining(key), expect.not.stringContaining(key), ''])
      expect(page.url()).not.toContain(key)
      await page.getByRole('button', { name: 'Forget key' }).click()
      await dialog.waitFor()
      expect(await page.evaluate('sessionStorage.length')).toBe(0)
    })
  },
)
