import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readTraces, renderHtml } from '@aos/trace/view'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { CHROMIUM, startBrowser } from '../support/browser.ts'
import { decisionEvent, otlpRequest, type SpanPlan } from '../support/otlp-json.ts'

const HOSTILE =
  '</script><script>document.title="owned"</script><img src=x onerror="document.title=\'owned\'">\u202e'

const SPANS: readonly SpanPlan[] = [
  {
    id: 1,
    end: 8_000,
    name: 'invoke_agent researcher',
    attributes: { 'gen_ai.operation.name': 'invoke_agent' },
  },
  {
    id: 2,
    parent: 1,
    start: 10,
    end: 1_400,
    name: 'chat gpt-5.2',
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.usage.input_tokens': 800,
      'gen_ai.usage.output_tokens': 60,
      'gen_ai.input.messages': JSON.stringify([
        { role: 'user', parts: [{ type: 'text', content: 'Find papers on oversight' }] },
      ]),
    },
  },
  {
    id: 3,
    parent: 1,
    start: 1_500,
    end: 3_000,
    name: 'execute_tool search',
    attributes: { 'aos.tool.id': 'search', 'gen_ai.operation.name': 'execute_tool' },
  },
  { id: 4, parent: 3, start: 1_600, end: 2_900, name: 'GET /search' },
  {
    id: 5,
    parent: 1,
    start: 3_100,
    end: 3_109,
    name: 'execute_tool send-email',
    attributes: {
      'aos.tool.id': 'send-email',
      'gen_ai.operation.name': 'execute_tool',
      'aos.step.status': 'denied',
    },
    events: [
      decisionEvent('deny', {
        'aos.decision.by': 'guardian',
        'aos.decision.policies': ['data-protection'],
        'aos.decision.message': 'personal data must not leave',
      }),
    ],
  },
  {
    id: 6,
    parent: 1,
    start: 4_000,
    end: 4_100,
    name: 'execute_tool sql',
    attributes: { 'gen_ai.operation.name': 'execute_tool' },
    status: { code: 2, message: 'no such table' },
  },
  { id: 7, parent: 1, start: 5_000, end: 6_000, name: HOSTILE, attributes: { [HOSTILE]: HOSTILE } },
]

// a program for the page, whose types are not those of Node
const LOW_CONTRAST = readFileSync(join(import.meta.dirname, '..', 'support', 'low-contrast.mjs'), 'utf8')

let browser: Browser
let folder: string
const pages: Page[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'aos-page-'))
  if (CHROMIUM !== undefined) browser = await startBrowser()
})
afterEach(async () => {
  for (const page of pages.splice(0)) await page.close()
})
afterAll(async () => {
  if (CHROMIUM !== undefined) await browser.close()
  rmSync(folder, { recursive: true, force: true })
})

interface Opened {
  readonly page: Page
  /** What the page complained of, and what it asked the network for. */
  readonly complaints: readonly string[]
}

async function open(
  requests: readonly object[],
  options: { width?: number; colorScheme?: 'light' | 'dark' } = {},
): Promise<Opened> {
  const file = join(folder, 'run.jsonl')
  writeFileSync(file, requests.map((request) => `${JSON.stringify(request)}\n`).join(''))
  const { traces, problems, problemCount } = await readTraces(file)
  const html = join(folder, 'page.html')
  writeFileSync(html, renderHtml(traces, { title: 'run.jsonl', problems, problemCount }))
  const { width = 1280, colorScheme = 'light' } = options
  const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme })
  pages.push(page)
  const complaints: string[] = []
  const address = pathToFileURL(html).href
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`))
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('dialog', (dialog) => complaints.push(dialog.message()))
  page.on('request', (request) => {
    if (request.url() !== address && request.url() !== 'data:,') complaints.push(request.url())
  })
  await page.goto(address)
  return { page, complaints }
}

function labels(page: Page): Promise<string[]> {
  return page.locator('.row .label').allTextContents()
}

function row(page: Page, name: string): ReturnType<Page['locator']> {
  return page.locator('.row', { hasText: name }).first()
}

describe.skipIf(CHROMIUM === undefined)(
  `the page of spans${CHROMIUM === undefined ? ' (needs Chromium, see AOS_TEST_CHROMIUM)' : ''}`,
  () => {
    it('shows the tree and the totals, asks the network for nothing and complains of nothing', async () => {
      const { page, complaints } = await open([otlpRequest(SPANS)])
      expect(await labels(page)).toHaveLength(7)
      expect(await page.locator('#totals').innerText()).toMatch(/Time\s+8\.00 s\s+Tokens\s+800 → 60/)
      expect(await page.locator('.tile', { hasText: 'Denied' }).innerText()).toMatch(/Denied\s+1/)
      expect(await page.locator('#count').textContent()).toBe('7 spans')
      expect(complaints).toEqual([])
    })

    it('runs nothing that a span brought, and shows what hides', async () => {
      const { page, complaints } = await open([
        otlpRequest(SPANS),
        otlpRequest(SPANS, { trace: 2, service: HOSTILE }),
      ])
      await row(page, '</script>').click()
      expect(await page.locator('#details h2').textContent()).toContain(
        '<script>document.title="owned"</script>',
      )
      expect(await page.locator('#details h2').textContent()).toContain('‹U+202E›')
      expect(await page.title()).toBe('run.jsonl')
      expect(await page.locator('img').count()).toBe(0)
      expect(complaints).toEqual([])
    })

    it('tells all of the span one clicks on', async () => {
      const { page, complaints } = await open([otlpRequest(SPANS)])
      await row(page, 'send-email').click()
      const details = page.getByRole('complementary', { name: 'Details of the span' })
      const text = await details.innerText()
      for (const said of ['denied', 'deny', 'personal data must not leave', 'guardian', 'data-protection'])
        expect(text).toContain(said)
      await row(page, 'chat').click()
      expect(await details.locator('.message-card').innerText()).toMatch(/user\s+Find papers on oversight/)
      await details.getByRole('button', { name: 'Close the details' }).click()
      expect(await details.isVisible()).toBe(false)
      expect(complaints).toEqual([])
    })

    it('gives back all that a model was given, though each text is recorded once', async () => {
      const result = `found ${'papers '.repeat(40)}`
      const digest = createHash('sha256').update(result).digest('hex').slice(0, 32)
      const chat = (id: number, messages: readonly object[], attributes = {}): SpanPlan => ({
        id,
        start: id * 100,
        end: id * 100 + 50,
        name: `chat ${id}`,
        attributes: {
          'gen_ai.operation.name': 'chat',
          'aos.step.id': `s${id}`,
          'gen_ai.input.messages': JSON.stringify(messages),
          ...attributes,
        },
      })
      const { page, complaints } = await open([
        otlpRequest([
          chat(1, [{ role: 'user', parts: [{ type: 'text', content: 'Find papers' }] }]),
          {
            id: 2,
            start: 200,
            end: 250,
            name: 'execute_tool search',
            attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.call.result': result },
          },
          chat(
            3,
            [
              {
                role: 'tool',
                parts: [{ type: 'aos.reference', of: 'tool_call_response', id: 'c1', digest }],
              },
            ],
            { 'aos.messages.earlier': 1, 'aos.messages.earlier_step': 's1' },
          ),
        ]),
      ])
      await row(page, 'chat 3').click()
      const cards = page.locator('#details .message-card')
      expect(await cards.allInnerTexts()).toEqual([expect.stringMatching(/tool\s+c1 found papers/)])
      await page.getByRole('button', { name: 'show 1 earlier message' }).click()
      expect(await cards.allInnerTexts()).toEqual([
        expect.stringMatching(/user\s+Find papers/),
        expect.stringMatching(/tool\s+c1 found papers/),
      ])
      expect(complaints).toEqual([])
    })

    it('filters by denial, error, kind and text, and shows what is above', async () => {
      const { page } = await open([otlpRequest(SPANS)])
      await page.getByRole('button', { name: 'Denied' }).click()
      expect(await labels(page)).toEqual(['invoke_agent researcher', 'execute_tool send-email'])
      expect(await page.locator('#count').textContent()).toBe('1 of 7 spans')
      await page.getByRole('button', { name: 'Denied' }).click()
      await page.getByRole('button', { name: 'Errors' }).click()
      expect(await labels(page)).toEqual(['invoke_agent researcher', 'execute_tool sql'])
      await page.getByRole('button', { name: 'Clear filters' }).click()
      await page.getByRole('button', { name: 'Model' }).click()
      expect(await labels(page)).toEqual(['invoke_agent researcher', 'chat gpt-5.2'])
      await page.getByRole('button', { name: 'Clear filters' }).click()
      await page.keyboard.press('/')
      await page.keyboard.type('MUST NOT leave')
      await expect.poll(() => labels(page)).toEqual(['invoke_agent researcher', 'execute_tool send-email'])
      await page.getByLabel('Search spans').fill('nowhere to be found')
      await page.getByText('No span fits the filters.').waitFor()
      await page.keyboard.press('Escape')
      await expect.poll(() => labels(page)).toHaveLength(7)
    })

    it('is used with the keyboard alone', async () => {
      const { page } = await open([otlpRequest(SPANS)])
      const rows = page.getByRole('treegrid')
      const selected = (): Promise<string[]> =>
        page.locator('.row[aria-selected=true] .label').allTextContents()
      await rows.focus()
      await page.keyboard.press('Home')
      for (const key of ['ArrowDown', 'ArrowDown']) await page.keyboard.press(key)
      expect(await selected()).toEqual(['execute_tool search'])
      await page.keyboard.press('ArrowLeft')
      expect(await labels(page)).not.toContain('GET /search')
      expect(await row(page, 'execute_tool search').getAttribute('aria-expanded')).toBe('false')
      await page.keyboard.press('ArrowRight')
      await page.keyboard.press('ArrowRight')
      expect(await selected()).toEqual(['GET /search'])
      const active = await rows.getAttribute('aria-activedescendant')
      expect(await page.locator(`#${active} .label`).textContent()).toBe('GET /search')
      await page.keyboard.press('ArrowLeft')
      await page.keyboard.press('Enter')
      expect(await page.locator('#details h2').textContent()).toBe('execute_tool search')
      expect(await page.evaluate('document.activeElement.id')).toBe('details')
      await page.keyboard.press('Escape')
      expect(await page.locator('#details').isVisible()).toBe(false)
      expect(await page.evaluate('document.activeElement.id')).toBe('rows')
      await page.keyboard.press('End')
      expect((await selected())[0]).toContain('</script>')
      await page.keyboard.press('?')
      expect(await page.getByRole('dialog', { name: 'Keys' }).isVisible()).toBe(true)
    })

    it('zooms by buttons, keys, wheel and by dragging over the whole', async () => {
      const { page } = await open([otlpRequest(SPANS)])
      const ticks = (): Promise<string[]> => page.locator('.tick').allTextContents()
      const whole = await ticks()
      await page.getByRole('button', { name: 'Zoom in' }).click()
      expect(await ticks()).not.toEqual(whole)
      await page.keyboard.press('0')
      expect(await ticks()).toEqual(whole)
      const box = await page.locator('#overview').boundingBox()
      const [x, y, width] = [box?.x ?? 0, (box?.y ?? 0) + 10, box?.width ?? 0]
      await page.mouse.move(x + width * 0.5, y)
      await page.mouse.down()
      await page.mouse.move(x + width * 0.75, y, { steps: 4 })
      await page.mouse.up()
      expect((await ticks())[0]).toBe('4 s')
      await page.getByRole('button', { name: 'Fit' }).click()
      await page.locator('#rows').hover()
      await page.keyboard.down('Control')
      await page.mouse.wheel(0, -300)
      await page.keyboard.up('Control')
      await expect.poll(ticks).not.toEqual(whole)
    })

    it('lets one choose a trace, and says which have what the filters want', async () => {
      const other = otlpRequest([{ id: 1, end: 5, name: 'nightly import' }], {
        trace: 2,
        begin: Date.UTC(2026, 5, 1),
      })
      const { page } = await open([otlpRequest(SPANS), other])
      await page.getByRole('button', { name: /nightly import/ }).click()
      expect(await labels(page)).toEqual(['nightly import'])
      await page.keyboard.press('[')
      expect(await labels(page)).toHaveLength(7)
      await page.keyboard.press('d')
      expect(await page.locator('.trace.without').allTextContents()).toEqual([
        expect.stringContaining('nightly'),
      ])
      const narrow = await open([otlpRequest(SPANS), other], { width: 390 })
      await narrow.page.getByLabel('Trace', { exact: true }).selectOption({ index: 1 })
      expect(await labels(narrow.page)).toEqual(['nightly import'])
    })

    it.each([
      { colorScheme: 'light', width: 1440 },
      { colorScheme: 'dark', width: 1440 },
      { colorScheme: 'light', width: 390 },
      { colorScheme: 'dark', width: 390 },
    ] as const)('can be read: $colorScheme at $width', async (options) => {
      const { page } = await open([otlpRequest(SPANS)], options)
      await row(page, 'send-email').click()
      expect(await page.evaluate('document.documentElement.dataset.theme')).toBe(options.colorScheme)
      const poor = await page.evaluate(LOW_CONTRAST)
      expect(poor).toEqual([])
      expect(await page.evaluate('document.body.scrollWidth')).toBeLessThanOrEqual(options.width)
      await page.getByRole('button', { name: 'Switch between light and dark' }).click()
      const other = options.colorScheme === 'light' ? 'dark' : 'light'
      expect(await page.evaluate('document.documentElement.dataset.theme')).toBe(other)
    })

    it('names what could not be read', async () => {
      const broken = { toJSON: () => ({ nothing: 'of OpenTelemetry' }) }
      const { page } = await open([otlpRequest(SPANS), broken])
      await page.getByText('1 place could not be read').click()
      expect(await page.locator('#problems li').textContent()).toContain('run.jsonl line 2')
      const empty = await open([])
      expect(await empty.page.getByText('There are no spans in this file.').isVisible()).toBe(true)
      expect(empty.complaints).toEqual([])
    })

    it('has elements only for the rows that are seen, of 20,000 spans', async () => {
      const many = Array.from({ length: 20_000 }, (_, index) => ({
        id: index + 1,
        ...(index === 0 ? {} : { parent: 1 + Math.floor(index / 8) }),
        start: index,
        end: index + 50,
        name: `step ${index}`,
      }))
      const { page, complaints } = await open([otlpRequest(many)])
      expect(await page.locator('.row').count()).toBeLessThan(80)
      await page.getByRole('treegrid').focus()
      await page.keyboard.press('End')
      expect(await page.locator('.row[aria-selected=true]').getAttribute('aria-rowindex')).toBe('20000')
      await page.getByLabel('Search spans').fill('step 19999')
      await expect.poll(() => page.locator('#count').textContent()).toBe('1 of 20,000 spans')
      await expect.poll(() => row(page, 'step 19999').isVisible()).toBe(true)
      const [lane, ruler] = await Promise.all(
        ['.lane', '#ruler'].map((part) => page.locator(part).first().boundingBox()),
      )
      expect([lane?.x, lane?.width]).toEqual([ruler?.x, ruler?.width])
      expect(complaints).toEqual([])
    })
  },
)
