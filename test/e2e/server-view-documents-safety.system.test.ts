import { describe, expect, it } from 'vitest'
import { CHROMIUM } from '../support/browser.ts'
import { chosenStep, groupOf, openEvidenceRun, openGroup, rowsOf } from '../support/documents-view.ts'
import { createViewBench, eventually, faultsOf, namedRun } from '../support/view-bench.ts'

const bench = createViewBench()
const { serve, open } = bench

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
      await eventually(() => page.locator('.entry[open] .entry-body').count()).toBe(7)
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
      const { page, complaints } = await openEvidenceRun(bench, options)
      await chosenStep(page, 'message', 1)
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
