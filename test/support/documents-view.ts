import type { Locator, Page } from 'playwright-core'
import { putDocument, recordEvidenceRun, type EvidenceRun } from './evidence-run.ts'
import type { OpenedView, ViewBench } from './view-bench.ts'

/** A run with its evidence and its bill of materials, as a page shows it. */
export async function openEvidenceRun(
  { serve, open }: ViewBench,
  options?: Parameters<ViewBench['open']>[2],
): Promise<OpenedView & { readonly recorded: EvidenceRun }> {
  const recorded = await recordEvidenceRun()
  const { run, documents } = recorded
  const { server } = await serve([run])
  for (const document of Object.entries(documents)) await putDocument(server, run.id, document)
  const view = await open(server, `/runs/${run.id}`, options)
  await view.page.locator('#agbom').waitFor()
  return { ...view, recorded }
}

/** A list of parts of a document, with its heading. */
export const groupOf = (page: Page, name: string): Locator =>
  page.locator('.entry-group').filter({ has: page.getByRole('heading', { name, exact: true, level: 3 }) })

/** What is always seen of the parts in a list. */
export const rowsOf = (page: Page, name: string): Locator => groupOf(page, name).locator('.entry > summary')

/** Opens or closes a list. */
export const openGroup = (page: Page, name: string): Promise<void> =>
  groupOf(page, name).locator('summary').first().click()

/** Chooses a step; gives what is told of it. */
export async function chosenStep(page: Page, step: string, at = 0): Promise<Locator> {
  await page.locator('#steps .label', { hasText: step }).nth(at).click()
  return page.locator('#step')
}
