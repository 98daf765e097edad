import { AOSInstrument, modify } from '@aos/sdk'
import { SqliteStore } from '@aos/server'
import { readFile } from 'node:fs/promises'
import type { Locator, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { CHROMIUM } from '../support/browser.ts'
import { putDocument, recordEvidenceRun, type EvidenceRun } from '../support/evidence-run.ts'
import { createViewBench, eventually, faultsOf, namedRun, type OpenedView } from '../support/view-bench.ts'

const { serve, serveStore, open } = createViewBench()

/** A run with its evidence and its bill of materials, as a page shows it. */
async function opened(
  options?: Parameters<typeof open>[2],
): Promise<OpenedView & { readonly recorded: EvidenceRun }> {
  const recorded = await recordEvidenceRun()
  const { run, documents } = recorded
  const { server } = await serve([run])
  for (const document of Object.entries(documents)) await putDocument(server, run.id, document)
  const view = await open(server, `/runs/${run.id}`, options)
  await view.page.locator('#agbom').waitFor()
  return { ...view, recorded }
}

const groupOf = (page: Page, name: string): Locator =>
  page.locator('.entry-group').filter({ has: page.getByRole('heading', { name, exact: true, level: 3 }) })

const rowsOf = (page: Page, name: string): Locator => groupOf(page, name).locator('.entry > summary')

const openGroup = (page: Page, name: string): Promise<void> =>
  groupOf(page, name).locator('summary').first().click()

async function chosen(page: Page, step: string, at = 0): Promise<Locator> {
  await page.locator('#steps .label', { hasText: step }).nth(at).click()
  return page.locator('#step')
}

async function downloaded(page: Page, card: string): Promise<readonly [name: string, text: string]> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page
      .locator(card)
      .getByRole('button', { name: /^Download/ })
      .click(),
  ])
  return [download.suggestedFilename(), await readFile(await download.path(), 'utf8')]
}

describe.skipIf(CHROMIUM === undefined)(
  `the evidence and the bill of materials of a run${CHROMIUM === undefined ? ' (needs Chromium, see AOS_TEST_CHROMIUM)' : ''}`,
  () => {
    it('tells what is claimed, what it rests on, who judged, and what is missing', async () => {
      const { page, complaints, recorded } = await opened()
      const card = page.locator('#evidence')
      await card.getByText('fits its digest').waitFor()
      expect(await card.locator('.card-head').innerText()).toContain('reviewed')
      const missing = card.getByRole('region', { name: 'What is missing' }).locator('tbody tr')
      expect(await missing.allInnerTexts()).toEqual([
        expect.stringMatching(/telemetry\s+spans\s+not collected/),
        expect.stringMatching(/claims\s+support of .*not collected\s+nobody has checked/s),
        expect.stringMatching(/replay\s+decision journal\s+not collected/),
      ])
      for (const name of ['telemetry', 'claims', 'replay'])
        expect(await card.locator('.categories li', { hasText: name }).locator('.pill.good').count()).toBe(0)
      const claims = rowsOf(page, 'Claims')
      expect(await claims.count()).toBe(recorded.pack.claims?.length)
      await claims.filter({ hasText: 'was denied' }).click()
      const denied = groupOf(page, 'Claims').locator('.entry[open]')
      expect(await denied.locator('.support li').allInnerTexts()).toEqual([
        expect.stringMatching(/supports\s+source\s+decision on export-customers/),
        expect.stringMatching(/verified by\s+check\s+policy toolCallRequest request\s+failed/),
        expect.stringMatching(/reviewed by\s+review\s+toolCallRequest\s+rejected/),
      ])
      await openGroup(page, 'Sources')
      const sources = rowsOf(page, 'Sources')
      expect(await sources.filter({ hasText: 'Refunds and returns' }).innerText()).toContain('lines 3 to 9')
      expect(await sources.filter({ hasText: 'left out' }).allInnerTexts()).toEqual([
        expect.stringContaining('Salaries'),
      ])
      await openGroup(page, 'Reviews')
      expect(await rowsOf(page, 'Reviews').filter({ hasText: 'a person' }).innerText()).toMatch(
        /approved\s+jane\.roe\s+a person\s+The customer is known/,
      )
      await openGroup(page, 'Redactions')
      expect(await rowsOf(page, 'Redactions').first().innerText()).toMatch(/mask\s+privacy/)
      expect(complaints).toEqual([])
    })

    it('leads from a step to its evidence and back', async () => {
      const { page, complaints } = await opened()
      const step = await chosen(page, 'export-customers')
      await step.getByRole('button', { name: '1 claim, 1 source, 1 check, 1 review' }).click()
      await page.getByText('Only what is about export-customers').waitFor()
      expect(await rowsOf(page, 'Claims').allInnerTexts()).toEqual([expect.stringContaining('was denied')])
      expect(await groupOf(page, 'Checks').locator('summary').first().innerText()).toMatch(
        /Checks\s+1\s+1 failed/,
      )
      expect(await groupOf(page, 'Redactions').isVisible()).toBe(false)
      await rowsOf(page, 'Reviews').click()
      await groupOf(page, 'Reviews').getByRole('button', { name: 'export-customers' }).click()
      expect(await step.locator('h3').textContent()).toBe('export-customers')
      await page.getByRole('button', { name: 'Show all' }).click()
      await eventually(() => rowsOf(page, 'Claims').count()).toBeGreaterThan(1)
      expect(complaints).toEqual([])
    })

    it('lists what the agent is made of, with who made it, its licence, and what needs it', async () => {
      const { page, complaints } = await opened()
      const card = page.locator('#agbom')
      expect(await card.locator('.agent-line').innerText()).toMatch(/Support bot\s+2\.4\.0 · Example Corp/)
      expect(await card.locator('.card-head').innerText()).toMatch(/CycloneDX 1\.6\s+may lack parts/)
      expect(await card.locator('.entry-group h3').allTextContents()).toEqual([
        'Models',
        'Tools',
        'Data and memory',
        'Services',
        'Libraries',
      ])
      await rowsOf(page, 'Models').click()
      const model = groupOf(page, 'Models').locator('.entry-body')
      expect(await model.innerText()).toMatch(
        /Made by\s+OpenAI[\s\S]*Needed by\s+Support bot[\s\S]*contextWindow\s+400000/,
      )
      await openGroup(page, 'Libraries')
      await page.getByLabel('Filter libraries').fill('node-server')
      await rowsOf(page, 'Libraries').click()
      expect(await groupOf(page, 'Libraries').locator('.entry-body').innerText()).toMatch(
        /Licence\s+MIT[\s\S]*Package\s+pkg:npm\/%40hono\/node-server@[\s\S]*Needs\s+hono/,
      )
      expect(complaints).toEqual([])
    })

    it('gives both away as they were sent', async () => {
      const { page, recorded } = await opened()
      const { run, documents } = recorded
      expect(await downloaded(page, '#evidence')).toEqual([`evidence-${run.id}.json`, documents.evidence])
      expect(await downloaded(page, '#agbom')).toEqual([`agbom-${run.id}.cdx.json`, documents.agbom])
    })

    it('is used with the keyboard alone', async () => {
      const { page, complaints } = await opened()
      await page.locator('#steps').focus()
      for (let at = 0; at < 3; at += 1) await page.keyboard.press('j')
      expect(await page.locator('#step h3').textContent()).toBe('retrieval')
      await page.locator('.evidence-link').focus()
      await page.keyboard.press('Enter')
      await page.getByText('Only what is about retrieval').waitFor()
      expect(await page.evaluate('document.activeElement.id')).toBe('evidence')
      await page.keyboard.press('Escape')
      await page.getByText('Only what is about retrieval').waitFor({ state: 'hidden' })
      const heading = groupOf(page, 'Libraries').locator('summary').first()
      await heading.focus()
      await page.keyboard.press('Enter')
      await page.keyboard.press('Tab')
      await page.keyboard.type('node-server')
      await eventually(() => rowsOf(page, 'Libraries').count()).toBe(1)
      await page.keyboard.press('Escape')
      await eventually(() => rowsOf(page, 'Libraries').count()).toBe(20)
      expect(await page.locator('h1').textContent()).toBe('Support bot')
      await page.getByRole('button', { name: /^Show \d+ more/ }).focus()
      await page.keyboard.press('Enter')
      const focused = page.locator('.entry > summary:focus')
      expect(await focused.locator('.said').textContent()).toBe(
        await rowsOf(page, 'Libraries').nth(20).locator('.said').textContent(),
      )
      await page.keyboard.press('Enter')
      await groupOf(page, 'Libraries').locator('.entry[open] .entry-body').waitFor()
      expect(complaints).toEqual([])
    })

    it('says in one line that there is none, and shows what comes later', async () => {
      const { run, documents } = await recordEvidenceRun()
      const { server } = await serve([run])
      const { page, complaints } = await open(server, `/runs/${run.id}`)
      await page.getByText('No evidence and no bill of materials was sent of this run.').waitFor()
      expect(await page.locator('.documents').locator('> *').count()).toBe(1)
      await page.locator('#live.live').waitFor()
      await putDocument(server, run.id, ['agbom', documents.agbom])
      await page.locator('#agbom').waitFor()
      await page.getByText('No evidence was sent of this run.').waitFor()
      await putDocument(server, run.id, ['evidence', documents.evidence])
      await page.locator('#evidence').waitFor()
      expect(await page.locator('.lacking').count()).toBe(0)
      expect(complaints).toEqual([])
    })

    it('says so where what was kept is not what was sent', async () => {
      const { run, documents } = await recordEvidenceRun()
      const store = new SqliteStore({ path: ':memory:' })
      await store.create([run])
      const digest = `sha256:${'0'.repeat(64)}`
      await store.putDocument({
        runId: run.id,
        kind: 'agbom',
        digest,
        size: documents.agbom.length,
        at: 0,
        body: documents.agbom,
      })
      const { page } = await open(await serveStore(store), `/runs/${run.id}`)
      await page.locator('#agbom').getByText('does not fit its digest').waitFor()
    })
  },
)

describe.skipIf(CHROMIUM === undefined)(
  `what a guardian has changed${CHROMIUM === undefined ? ' (needs Chromium, see AOS_TEST_CHROMIUM)' : ''}`,
  () => {
    it('is shown as a difference, where both sides are known', async () => {
      const { page, complaints } = await opened()
      const step = await chosen(page, 'send-email')
      const [args, result] = await step.locator('h4', { hasText: 'Changed' }).allTextContents()
      expect([args, result]).toEqual(['Changed: arguments', 'Changed: result'])
      expect(await step.locator('.diff .removed').allTextContents()).toEqual([
        expect.stringContaining('"bcc"'),
      ])
      expect(await step.locator('.note').textContent()).toBe(
        'Only what it became is recorded, not what it was before.',
      )
      await chosen(page, 'message', 1)
      expect(await step.locator('.diff del').allTextContents()).toEqual(['Bob from billing'])
      expect(await step.locator('.diff ins').allTextContents()).toEqual(['a colleague'])
      await chosen(page, 'retrieval')
      expect(await step.locator('.diff .line').allTextContents()).toEqual([
        '  Refunds and returns\n',
        '  Opening hours\n',
        '- Salaries\n',
      ])
      expect(complaints).toEqual([])
    })

    it('is not guessed where nothing was recorded', async () => {
      const agent = new AOSInstrument((question: string) => question, {
        capture: 'off',
        hooks: { message: () => modify('something else') },
      })
      const ended = new Promise<Parameters<typeof serve>[0][number]>((resolve) => agent.on('run', resolve))
      await agent.run('go')
      const run = await ended
      const { server } = await serve([run])
      const { page, complaints } = await open(server, `/runs/${run.id}`)
      const step = await chosen(page, 'message')
      expect(await step.locator('.note').textContent()).toBe(
        'The run was recorded without content, so that only the decision is known.',
      )
      expect(await step.locator('.diff').count()).toBe(0)
      expect(complaints).toEqual([])
    })
  },
)

const HOSTILE = '</script><img src=x onerror=alert(1)><script>document.title="owned"</script>\u202Eevil'

describe.skipIf(CHROMIUM === undefined)(
  `documents of anybody${CHROMIUM === undefined ? ' (needs Chromium, see AOS_TEST_CHROMIUM)' : ''}`,
  () => {
    it('run nothing that they brought, and show what hides', async () => {
      const { server, store } = await serve([namedRun(1, 'one')])
      const all = (names: readonly string[]): Record<string, string> =>
        Object.fromEntries(names.map((name) => [name, HOSTILE]))
      const evidence = {
        evidence_pack_id: HOSTILE,
        status: HOSTILE,
        producer: all(['id', 'name', 'version']),
        claims: [{ ...all(['claim_id', 'text', 'status', 'claim_type', 'risk', 'owner_ref', 'range_ref']) }],
        sources: [
          {
            ...all(['source_id', 'source_kind', 'uri', 'ref', 'snippet']),
            selector: all(['exact', 'json_pointer', 'fragment']),
            retrieval: { [HOSTILE]: HOSTILE },
          },
        ],
        support_edges: [all(['claim_id', 'source_id', 'relationship', 'notes'])],
        verification_results: [
          { ...all(['verification_id', 'status', 'check_type']), issues: [all(['code', 'message'])] },
        ],
        reviews: [{ ...all(['review_id', 'verdict', 'notes']), reviewer: all(['id', 'type']) }],
        redactions: [all(['redaction_id', 'target_ref', 'redaction_kind', 'reason'])],
        completeness: { [HOSTILE]: { status: HOSTILE, missing_facts: [all(['fact', 'reason', 'details'])] } },
      }
      const part = {
        ...all(['type', 'bom-ref', 'group', 'name', 'version', 'description', 'publisher', 'purl', 'cpe']),
        licenses: [{ license: { name: HOSTILE } }],
        hashes: [{ alg: HOSTILE, content: HOSTILE }],
        externalReferences: [{ type: HOSTILE, url: 'javascript:alert(1)' }],
        properties: [{ name: HOSTILE, value: HOSTILE }],
        data: [{ name: HOSTILE, contents: { attachment: { content: HOSTILE } } }],
      }
      const bom = {
        bomFormat: 'CycloneDX',
        specVersion: HOSTILE,
        serialNumber: HOSTILE,
        metadata: { component: part },
        components: [part],
        services: [{ ...part, endpoints: ['javascript:alert(2)'] }],
        dependencies: [{ ref: HOSTILE, dependsOn: [HOSTILE], provides: [HOSTILE] }],
      }
      for (const [kind, value] of [
        ['evidence', evidence],
        ['agbom', bom],
      ] as const) {
        const body = JSON.stringify(value)
        await store.putDocument({ runId: 'run-1', kind, digest: 'sha256:', size: body.length, at: 0, body })
      }
      const { page, complaints } = await open(server, '/runs/run-1')
      await page.locator('#agbom').waitFor()
      // from the outside in: what is opened holds more that opens
      for (const kind of ['.entry-group', '.about-pack', '.entry']) {
        const closed = page.locator(`.documents ${kind}:not([open]) > summary`)
        while ((await closed.count()) > 0) await closed.first().click()
      }
      expect(await page.locator('.entry[open] .entry-body').count()).toBe(7)
      const shown = await page.locator('.documents').innerText()
      expect(shown).toContain('<script>document.title="owned"</script>‹U+202E›evil')
      expect(shown).not.toContain('\u202E')
      expect(await page.locator('img').count()).toBe(0)
      expect(await page.locator('.documents a').count()).toBe(0)
      expect(await page.title()).not.toBe('owned')
      expect(complaints).toEqual([])
    })

    it('stay quick with 5,000 claims and 5,000 components', async () => {
      const { server, store } = await serve([namedRun(1, 'one')])
      const many = <T>(make: (at: number) => T): readonly T[] =>
        Array.from({ length: 5_000 }, (_, at) => make(at))
      const evidence = {
        evidence_pack_id: 'p',
        status: 'partial',
        claims: many((at) => ({ claim_id: `c${at}`, text: `Claim number ${at}.`, status: 'supported' })),
        sources: many((at) => ({
          source_id: `s${at}`,
          source_kind: 'document',
          uri: `https://example.com/${at}`,
        })),
        support_edges: many((at) => ({
          edge_id: `e${at}`,
          claim_id: `c${at}`,
          source_id: `s${at}`,
          relationship: 'supports',
        })),
        completeness: {
          claims: { status: 'partial', missing_facts: many((at) => ({ fact: `f${at}`, reason: 'unknown' })) },
        },
      }
      const bom = {
        bomFormat: 'CycloneDX',
        specVersion: '1.6',
        components: many((at) => ({
          type: 'library',
          name: `library-${at}`,
          version: '1.0.0',
          'bom-ref': `l${at}`,
        })),
        dependencies: many((at) => ({ ref: `l${at}`, dependsOn: [`l${at + 1}`, 'l0'] })),
      }
      for (const [kind, value] of [
        ['evidence', evidence],
        ['agbom', bom],
      ] as const) {
        const body = JSON.stringify(value)
        await store.putDocument({ runId: 'run-1', kind, digest: 'sha256:', size: body.length, at: 0, body })
      }
      const { page, complaints } = await open(server, '/runs/run-1')
      await page.locator('#agbom').waitFor()
      for (const name of ['Sources', 'Libraries']) await openGroup(page, name)
      expect(await page.evaluate('document.querySelectorAll("*").length')).toBeLessThan(2_000)
      expect(await groupOf(page, 'Claims').locator('summary').first().innerText()).toMatch(
        /Claims\s+5,000\s+5,000 supported/,
      )
      await page.getByText('What is missing, 5,000 facts').click()
      await page.getByLabel('Filter missing facts').fill('f4999')
      await page.getByLabel('Filter claims').fill('number 4321')
      await eventually(() => rowsOf(page, 'Claims').allInnerTexts()).toEqual([
        expect.stringContaining('Claim number 4321.'),
      ])
      await rowsOf(page, 'Claims').click()
      expect(await groupOf(page, 'Claims').locator('.support').innerText()).toContain(
        'https://example.com/4321',
      )
      await page.getByLabel('Filter libraries').fill('library-4999')
      await eventually(() => rowsOf(page, 'Libraries').count()).toBe(1)
      await page.getByLabel('Filter libraries').fill('library-0')
      await rowsOf(page, 'Libraries').click()
      expect(await groupOf(page, 'Libraries').locator('.entry-body').innerText()).toContain(
        'and 4,980 others',
      )
      const pressed = Date.now()
      await page.getByRole('button', { name: 'Show 100 more, of 4,980 left' }).first().click()
      await eventually(() => rowsOf(page, 'Sources').count()).toBe(120)
      // no bound for machines, only one that a list without limits would not keep
      expect(Date.now() - pressed).toBeLessThan(5_000)
      expect(complaints).toEqual([])
    })

    it.each([
      { colorScheme: 'light', width: 1600 },
      { colorScheme: 'dark', width: 1024 },
      { colorScheme: 'light', width: 390 },
      { colorScheme: 'dark', width: 390 },
    ] as const)('are accessible: $colorScheme at $width', async (options) => {
      const { page, complaints } = await opened(options)
      await chosen(page, 'message', 1)
      for (const name of ['Sources', 'Checks', 'Reviews', 'Redactions', 'Libraries'])
        await openGroup(page, name)
      for (const name of [
        'Claims',
        'Sources',
        'Checks',
        'Reviews',
        'Redactions',
        'Models',
        'Tools',
        'Libraries',
      ])
        await rowsOf(page, name).first().click()
      for (const summary of await page.locator('.about-pack > summary').all()) await summary.click()
      expect(await faultsOf(page)).toEqual([])
      await page.locator('.evidence-link').click()
      expect(await faultsOf(page)).toEqual([])
      expect(await page.evaluate('document.body.scrollWidth')).toBeLessThanOrEqual(options.width)
      expect(await page.evaluate('document.body.scrollTop + document.documentElement.scrollTop')).toBe(0)
      expect(complaints).toEqual([])
    })
  },
)
