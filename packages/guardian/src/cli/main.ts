#!/usr/bin/env node
import { runGuardian, tellError } from './run-guardian.ts'

const ended = new Promise<void>((resolve) => {
  const end = (): void => resolve()
  process.once('SIGINT', end).once('SIGTERM', end)
})
try {
  await runGuardian(process.argv.slice(2), { say: (text) => void process.stdout.write(`${text}\n`), ended })
  // its decisions are told by now, and connections that linger hold nobody up
  process.exit(0)
} catch (error) {
  process.stderr.write(`${tellError(error)}\n`)
  process.exitCode = 1
}
