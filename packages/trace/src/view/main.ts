#!/usr/bin/env node
import { runView } from './run-view.ts'

// a reader that has seen enough, such as head, closes its side
process.stdout.on('error', () => process.exit(0))
const { stdout, stderr, env } = process
process.exitCode = await runView(process.argv.slice(2), { stdout, stderr, env })
