import type { AgentRun } from '@agent-run/types'
import { AOSInstrument, modify, type GuardedRun } from '@aos/sdk'
import { SqliteStore } from '@aos/server'
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { CHROMIUM } from '../support/browser.ts'
import { chosenStep, groupOf, openEvidenceRun, openGroup, rowsOf } from '../support/documents-view.ts'
import { putDocument, recordEvidenceRun } from '../support/evidence-run.ts'
import { createViewBench, eventually, sendTrace } from '../support/view-bench.ts'

const bench = createViewBench()
const { serve, serveStore, open } = bench

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
      const { page, complaints, recorded } = await openEvidenceRun(bench)
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
      const bearing = groupOf(page, 'Claims').locator('.entry[open] .support li')
      await eventually(() => bearing.allInnerTexts()).toEqual([
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
      const decisions = page.getByRole('region', { name: 'Decisions that denied or changed something' })
      expect(await decisions.locator('tr', { hasText: 'jane.roe' }).innerText()).toMatch(
        /refund\s[\s\S]*allow\s+allowed/,
      )
      await openGroup(page, 'Redactions')
      expect(await rowsOf(page, 'Redactions').first().innerText()).toMatch(/mask\s+privacy/)
      expect(complaints).toEqual([])
    })

    it('leads from a step to its evidence and back', async () => {
      const { page, complaints } = await openEvidenceRun(bench)
      const step = await chosenStep(page, 'export-customers')
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
      await rowsOf(page, 'Claims').click()
      await groupOf(page, 'Claims').getByRole('button', { name: 'decision on export-customers' }).click()
      const source = groupOf(page, 'Sources').locator('.entry[open]')
      expect(await source.innerText()).toMatch(/decision on export-customers[\s\S]*digest\s+sha256:/)
      expect(await page.getByText('Only what is about export-customers').isVisible()).toBe(false)
      await step.getByRole('button', { name: '1 claim, 1 source, 1 check, 1 review' }).click()
      await page.getByRole('button', { name: 'Show all' }).click()
      await eventually(() => rowsOf(page, 'Claims').count()).toBeGreaterThan(1)
      expect(complaints).toEqual([])
    })

    it('lists what the agent is made of, with who made it, its licence, and what needs it', async () => {
      const { page, complaints } = await openEvidenceRun(bench)
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
      await groupOf(page, 'Libraries').getByRole('button', { name: 'hono', exact: true }).click()
      expect(await page.locator('.entry > summary:focus .said').textContent()).toBe('hono')
      expect(await page.getByLabel('Filter libraries').inputValue()).toBe('')
      await rowsOf(page, 'Models')
        .locator('xpath=..')
        .getByRole('button', { name: 'gpt-5.2 endpoint' })
        .click()
      expect(await page.locator('.entry > summary:focus .said').textContent()).toBe('gpt-5.2 endpoint')
      expect(complaints).toEqual([])
    })

    it('gives both away as they were sent', async () => {
      const { page, recorded } = await openEvidenceRun(bench)
      const { run, documents } = recorded
      expect(await downloaded(page, '#evidence')).toEqual([`evidence-${run.id}.json`, documents.evidence])
      expect(await downloaded(page, '#agbom')).toEqual([`agbom-${run.id}.cdx.json`, documents.agbom])
    })

    it('is used with the keyboard alone', async () => {
      const { page, complaints } = await openEvidenceRun(bench)
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

    it('reads them again where that failed', async () => {
      const { run, documents } = await recordEvidenceRun()
      const { server } = await serve([run])
      await putDocument(server, run.id, ['evidence', documents.evidence])
      const { page } = await open(server)
      await page.route('**/documents/evidence', (route) => route.abort())
      await page.goto(`${server.url}/runs/${run.id}`)
      await page.locator('#live.live').waitFor()
      const retry = page.getByRole('button', { name: 'Try again' })
      await retry.waitFor()
      await page.unroute('**/documents/evidence')
      await retry.click()
      await page.locator('#evidence').waitFor()
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
      const { page, complaints } = await openEvidenceRun(bench)
      const step = await chosenStep(page, 'send-email')
      const [args, result] = await step.locator('h4', { hasText: 'Changed' }).allTextContents()
      expect([args, result]).toEqual(['Changed: arguments', 'Changed: result'])
      expect(await step.locator('.diff .removed').allTextContents()).toEqual([
        expect.stringContaining('"bcc"'),
      ])
      expect(await step.locator('.note').textContent()).toBe(
        'Only what it became is recorded, not what it was before.',
      )
      await chosenStep(page, 'message', 1)
      expect(await step.locator('.diff del').allTextContents()).toEqual(['Bob from billing'])
      expect(await step.locator('.diff ins').allTextContents()).toEqual(['a colleague'])
      await chosenStep(page, 'retrieval')
      expect(await step.locator('.diff .line').allTextContents()).toEqual([
        '  Refunds and returns\n',
        '  Opening hours\n',
        '- Salaries\n',
      ])
      expect(complaints).toEqual([])
    })

    it('is compared whole where spans hold more than the record', async () => {
      const note = 'all about it '.repeat(60)
      const asked = { to: 'a team', note, copy: 'everybody' }
      const agent = new AOSInstrument(
        async (_question: string, aos: GuardedRun) => {
          const call = { type: 'tool-call', toolCallId: 'c1', toolName: 'send', input: asked }
          await aos.model({ model: 'm', messages: 'go' }, () => [call])
          return aos.toolCall({ toolName: 'send', parameters: asked, executionId: 'c1' }, () => 'sent')
        },
        { hooks: { toolCallRequest: () => modify({ to: 'a team', note }) } },
      )
      const ended = new Promise<AgentRun>((resolve) => agent.on('run', resolve))
      await agent.run('go')
      const run = await ended
      const { server } = await serve([run])
      const { page, complaints } = await open(server, `/runs/${run.id}`)
      const step = await chosenStep(page, 'send')
      await step
        .getByText('What was asked for stands in no answer of the model that was recorded whole.')
        .waitFor()
      const [answered, called] = [
        run.steps.find(({ type }) => type === 'reasoning'),
        run.steps.find(({ type }) => type === 'tool_call'),
      ]
      const parts = [{ type: 'tool_call', id: 'c1', name: 'send', arguments: asked }]
      const attributes = {
        answered: {
          'aos.step.id': answered?.id ?? '',
          'gen_ai.output.messages': JSON.stringify([{ role: 'assistant', parts }]),
        },
        called: {
          'aos.step.id': called?.id ?? '',
          'gen_ai.tool.call.arguments': JSON.stringify({ to: 'a team', note }),
        },
      }
      await sendTrace(server, {
        runId: run.id,
        spans: [
          { id: 1, end: 5, name: 'chat m', attributes: attributes.answered },
          { id: 2, end: 9, name: 'execute_tool send', attributes: attributes.called },
        ],
      })
      await page.reload()
      await chosenStep(page, 'send')
      await step.locator('.diff').waitFor()
      expect(await step.locator('.diff .removed').allTextContents()).toEqual([
        expect.stringContaining('"copy": "everybody"'),
      ])
      expect(await step.locator('.note').count()).toBe(0)
      expect(complaints).toEqual([])
    })

    it('is not guessed where nothing was recorded', async () => {
      const agent = new AOSInstrument((question: string) => question, {
        capture: 'off',
        hooks: { message: () => modify('something else') },
      })
      const ended = new Promise<AgentRun>((resolve) => agent.on('run', resolve))
      await agent.run('go')
      const run = await ended
      const { server } = await serve([run])
      const { page, complaints } = await open(server, `/runs/${run.id}`)
      const step = await chosenStep(page, 'message')
      expect(await step.locator('.note').textContent()).toBe(
        'The run was recorded without content, so that only the decision is known.',
      )
      expect(await step.locator('.diff').count()).toBe(0)
      expect(complaints).toEqual([])
    })
  },
)
