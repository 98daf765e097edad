import { spawn, type ChildProcess } from 'node:child_process'
import { constants } from 'node:os'
import type { CliStream } from '../../generated/peac-types.ts'
import { invalidOption } from '../invalid-option.ts'
import type { CommandSettings } from './command-options.ts'
import { OutputCapture } from './output-capture.ts'

/** How a command went. */
export interface CommandEnd {
  readonly startedMs: number
  readonly finishedMs: number
  readonly exitCode: number
  readonly signal: string | undefined
  /** The last signal that was sent since the time was up. */
  readonly terminationSignal: string | undefined
  readonly stdout: CliStream
  readonly stderr: CliStream
}

/** Runs a program to its end; throws `invalid_options` where it cannot be started. */
export function runCommand(
  program: string,
  args: readonly string[],
  settings: CommandSettings,
): Promise<CommandEnd> {
  const { cwd, env, stdin, now, raw, sampleBytes, onOutput } = settings
  const captures = {
    stdout: new OutputCapture(raw ? sampleBytes : undefined),
    stderr: new OutputCapture(raw ? sampleBytes : undefined),
  }
  const startedMs = now()
  const child = spawn(program, args, { cwd, env, stdio: [stdin, 'pipe', 'pipe'], windowsHide: true })
  let fault: { readonly cause: unknown } | undefined
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.on('data', (chunk: Uint8Array) => {
      captures[name].take(chunk)
      try {
        onOutput?.(name, chunk)
      } catch (cause) {
        fault ??= { cause }
      }
    })
  }
  const deadline = new Deadline(child, settings)
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => {
      deadline.cancel()
      reject(
        invalidOption(
          'the command cannot be started',
          'Pass the name or path of a program that is there.',
          cause,
        ),
      )
    })
    child.once('close', (code, signal) => {
      deadline.cancel()
      if (fault !== undefined)
        reject(invalidOption('onOutput threw', 'Let it handle its own errors.', fault.cause))
      resolve({
        startedMs,
        finishedMs: Math.max(startedMs, now()),
        exitCode: code ?? 128 + (signal === null ? 0 : constants.signals[signal]),
        signal: signal ?? undefined,
        terminationSignal: deadline.sent,
        stdout: captures.stdout.end(),
        stderr: captures.stderr.end(),
      })
    })
  })
}

/** Ends a process that takes too long: it is asked first. */
class Deadline {
  #timer: NodeJS.Timeout
  #sent: string | undefined

  constructor(child: ChildProcess, { timeoutMs, killGraceMs }: CommandSettings) {
    this.#timer = setTimeout(() => {
      this.#send(child, 'SIGTERM')
      this.#timer = setTimeout(() => this.#send(child, 'SIGKILL'), killGraceMs)
    }, timeoutMs)
  }

  get sent(): string | undefined {
    return this.#sent
  }

  cancel(): void {
    clearTimeout(this.#timer)
  }

  #send(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
    this.#sent = signal
    child.kill(signal)
  }
}
