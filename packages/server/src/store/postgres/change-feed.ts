import { diag } from '@opentelemetry/api'
import { Client, type ClientConfig } from 'pg'

/** What a feed works with. */
export interface ChangeFeedOptions {
  readonly config: ClientConfig
  /** Name that databases that can notify do it by. */
  readonly channel: string
  /** Milliseconds between looks at the database. */
  readonly pollMs: number
  /** The number of the latest change. */
  readonly latest: () => Promise<number>
  readonly notify: (channel: string) => Promise<void>
}

/**
 * Tells of changes that any process makes: at once where the database notifies, and by looking for them where it does not,
 * or where the connection that listens is lost.
 */
export class ChangeFeed {
  readonly #options: ChangeFeedOptions
  readonly #listeners = new Set<() => void>()
  #client: Client | undefined
  #timer: NodeJS.Timeout | undefined
  #seen = -1
  #notifying = false
  #again = false
  #cannotNotify = false
  #closed = false

  constructor(options: ChangeFeedOptions) {
    this.#options = options
  }

  add(listener: () => void): () => void {
    this.#listeners.add(listener)
    if (this.#timer === undefined && !this.#closed) {
      void this.#listen()
      this.#plan()
    }
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) this.#stop()
    }
  }

  /** Tells that this process has changed something; the others hear of it soon after. */
  changed(): void {
    this.#tell()
    if (this.#notifying) this.#again = true
    else if (!this.#cannotNotify && !this.#closed) void this.#notify()
  }

  close(): void {
    this.#closed = true
    this.#listeners.clear()
    this.#stop()
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }

  // one for all that changed meanwhile; a listener looks for itself what there is
  async #notify(): Promise<void> {
    this.#notifying = true
    do {
      this.#again = false
      try {
        await this.#options.notify(this.#options.channel)
      } catch (error) {
        if (!isLost(error)) this.#cannotNotify = true
      }
    } while (this.#again && !this.#cannotNotify)
    this.#notifying = false
  }

  #plan(): void {
    this.#timer = setTimeout(() => void this.#look(), this.#options.pollMs)
    this.#timer.unref()
  }

  async #look(): Promise<void> {
    try {
      const latest = await this.#options.latest()
      if (latest !== this.#seen) this.#tell()
      this.#seen = latest
      if (this.#client === undefined) await this.#listen()
    } catch (error) {
      diag.debug('aos: the run store cannot be looked at; it is tried again', String(error))
    }
    if (this.#listeners.size > 0) this.#plan()
  }

  async #listen(): Promise<void> {
    if (this.#cannotNotify || this.#client !== undefined) return
    const client = new Client(this.#options.config)
    this.#client = client
    const drop = (): void => {
      if (this.#client === client) this.#client = undefined
    }
    client.on('error', drop)
    client.on('end', drop)
    client.on('notification', () => this.#tell())
    try {
      await client.connect()
      await client.query(`LISTEN "${this.#options.channel}"`)
      this.#tell()
    } catch (error) {
      if (!isLost(error)) this.#cannotNotify = true
      await endQuietly(client)
      drop()
    }
    // nobody waits any more
    if (this.#listeners.size === 0) this.#stop()
  }

  #stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const client = this.#client
    this.#client = undefined
    if (client !== undefined) void endQuietly(client)
  }
}

// a database without notifications refuses the words (feature not supported, syntax error, undefined function)
function isLost(error: unknown): boolean {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined
  return typeof code !== 'string' || !['0A000', '42601', '42883', '42501'].includes(code)
}

async function endQuietly(client: Client): Promise<void> {
  try {
    await client.end()
  } catch (error) {
    diag.debug('aos: a connection of the run store did not end well', String(error))
  }
}
