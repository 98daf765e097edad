import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Where a Chromium is installed: as AOS_TEST_CHROMIUM says, or where systems put it. */
export const CHROMIUM: string | undefined = [process.env['AOS_TEST_CHROMIUM'], ...PLACES].find(
  (path) => path !== undefined && existsSync(path),
)

/** Starts the Chromium of this machine without a window. */
export function startBrowser(): Promise<Browser> {
  if (CHROMIUM === undefined) throw new Error('no Chromium is installed')
  // its sandbox needs rights that containers and root do not have
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
}
