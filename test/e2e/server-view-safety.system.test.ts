import type { AgentRun } from '@agent-run/types'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { CHROMIUM } from '../support/browser.ts'
import {
  createViewBench,
  eventually,
  faultsOf,
  listedNames,
  namedRun,
  RECENT,
  sendTrace,
} from '../support/view-bench.ts'
import { viewedRun } from '../support/viewed-runs.ts'

const HOSTILE = '</script><img src=x onerror=alert(1)><script>document.title="owned"</script>\u202Eevil'
const { serve, open } = createViewBench()

const selected = (page: Page): Promise<string[]> => page.locator('.row.selected .name').allTextContents()

describe.skipIf(CHROMIUM === undefined)(
  `the web view of runs, whoever looks at whatever${CHROMIUM === undefined ? ' (needs Chromium, see AOS_TEST_CHROMIUM)' : ''}`,
  () => {
    it('runs nothing that a run brought, and shows what hides', async () => {
      const hostile = viewedRun({
        id: `x${HOSTILE}`,
        at: RECENT,
        agent: HOSTILE,
        members: {
          model: HOSTILE,
          error: HOSTILE,
          tags: [HOSTILE],
          task_id: HOSTILE,
          metadata: { [HOSTILE]: HOSTILE },
          eval: { pass: true, score: 1, detail: HOSTILE, benchmark_id: HOSTILE },
        },
        steps: [
          {
            id: HOSTILE,
            type: 'tool_call',
            tool_name: HOSTILE,
            started_at: new Date(RECENT).toISOString(),
            success: false,
            error: `denied by guardian: ${HOSTILE}`,
            input_preview: HOSTILE,
            output_preview: JSON.stringify([{ role: HOSTILE, parts: [{ type: 'text', content: HOSTILE }] }]),
            metadata: {
              aos: {
                kind: 'constructor',
                decisions: [
                  {
                    verdict: HOSTILE,
                    enforced: 'toString',
                    by: HOSTILE,
                    reason: HOSTILE,
                    reason_codes: [HOSTILE],
                  },
                ],
              },
            },
          },
        ],
      })
      const leap = { ...hostile, id: 'leap', agent_name: 'leap', started_at: '2016-12-31T23:59:60Z' }
      const { server } = await serve([hostile, leap])
      const event = { name: HOSTILE, attributes: { [HOSTILE]: HOSTILE } }
      const attributes = { [HOSTILE]: HOSTILE }
      await sendTrace(server, {
        runId: hostile.id,
        spans: [{ id: 1, end: 5, name: HOSTILE, attributes, events: [event] }],
        reason: HOSTILE,
      })
      const { page, complaints } = await open(server)
      await page.getByText('leap', { exact: true }).first().waitFor()
      await page.locator('.runs .name').first().click()
      await page.locator('.steps .label').first().click()
      await page.locator('.proof-summary').waitFor()
      await page.locator('.traces .label').click()
      await page.locator('.traces summary').click()
      await page.getByText('The whole record as JSON').click()
      expect(await page.locator('h1').textContent()).toContain(
        '<script>document.title="owned"</script>‹U+202E›evil',
      )
      expect(await page.locator('#step').innerText()).toContain('<img src=x onerror=alert(1)>')
      expect(await page.locator('img').count()).toBe(0)
      expect(await page.title()).not.toBe('owned')
      expect(await page.evaluate('document.body.innerText.includes("\\u202E")')).toBe(false)
      const id = encodeURIComponent(`x${HOSTILE}`)
      await page.goto(`${server.url}/compare?a=${id}&b=${id}`)
      await page.locator('.pair').first().waitFor()
      await page.goto(`${server.url}/leaderboard`)
      await page.locator('tbody tr').first().waitFor()
      expect(await page.locator('img').count()).toBe(0)
      expect(complaints).toEqual([])
    })

    it('has elements only for the rows that are seen, of 100,000 runs', async () => {
      const { server, store } = await serve([])
      const one = namedRun(0, 'agent')
      const numbered = (at: number): AgentRun => ({
        ...one,
        id: `run-${at}`,
        agent_name: `agent ${at}`,
        started_at: new Date(RECENT - at * 1_000).toISOString(),
      })
      for (let from = 0; from < 100_000; from += 10_000)
        await store.create(Array.from({ length: 10_000 }, (_, at) => numbered(from + at)))
      const { page, complaints } = await open(server)
      await eventually(() => page.locator('.bar [role=status]').textContent()).toBe('100,000 runs')
      expect(await page.locator('.runs .row').count()).toBeLessThan(60)
      await page.keyboard.press('End')
      await eventually(() => selected(page)).toEqual(['agent 99999'])
      expect(await page.locator('.row.selected').getAttribute('aria-rowindex')).toBe('100001')
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: 'agent 99999' }).waitFor()
      await page.keyboard.press('Escape')
      await eventually(() => selected(page)).toEqual(['agent 99999'])
      await page.getByLabel('Search runs').fill('run-54321')
      await eventually(() => listedNames(page)).toContain('agent 54321')
      await store.create([numbered(100_000)])
      await page.getByLabel('Search runs').fill('')
      await page.getByText('100,001 runs').waitFor()
      await page.getByLabel('Search runs').fill('agent')
      await page.getByText('more than 10,000 runs').waitFor()
      // more are listed as the last ones are looked at
      await page.getByRole('grid').focus()
      await page.keyboard.press('End')
      await eventually(() => selected(page)).toEqual(['agent 9999'])
      await page.keyboard.press('End')
      const chosen = async (): Promise<number> => Number((await selected(page))[0]?.replace('agent ', ''))
      await eventually(chosen).toBeGreaterThan(10_000)
      expect(complaints).toEqual([])
    })

    it.each([
      { colorScheme: 'light', width: 1600 },
      { colorScheme: 'dark', width: 1600 },
      { colorScheme: 'light', width: 1024 },
      { colorScheme: 'dark', width: 1024 },
      { colorScheme: 'light', width: 390 },
      { colorScheme: 'dark', width: 390 },
    ] as const)('is accessible: $colorScheme at $width', async (options) => {
      const run = viewedRun({
        id: 'run-1',
        at: RECENT,
        members: { tags: ['nightly'], metadata: { a: 1 }, eval: { pass: true, score: 90 } },
      })
      const { server } = await serve([run, viewedRun({ id: 'run-2', at: RECENT, parent: run })])
      await sendTrace(server, { runId: 'run-1', spans: [{ id: 1, end: 900, name: 'invoke_agent' }] })
      const places: readonly (readonly [string, string])[] = [
        ['/', '.runs .name'],
        ['/runs/run-1', '.proof-summary'],
        ['/compare?a=run-1&b=run-2', '.pair'],
        ['/charts', '.plot svg'],
        ['/leaderboard', 'tbody tr'],
        ['/?text=nothing', '.notice'],
      ]
      const { page, complaints } = await open(server, '/', options)
      for (const [path, sign] of places) {
        await page.goto(`${server.url}${path}`)
        await page.locator(sign).first().waitFor()
        if (path === '/runs/run-1') {
          await page.locator('#steps .label').nth(3).click()
          await page.locator('.traces .label').click()
        }
        expect([path, await faultsOf(page)]).toEqual([path, []])
        expect(await page.evaluate('document.body.scrollWidth')).toBeLessThanOrEqual(options.width)
      }
      await page.getByRole('button', { name: 'Switch between light and dark' }).click()
      const other = options.colorScheme === 'light' ? 'dark' : 'light'
      expect(await page.evaluate('getComputedStyle(document.documentElement).colorScheme')).toBe(other)
      expect(complaints).toEqual([])
    })
  },
)
