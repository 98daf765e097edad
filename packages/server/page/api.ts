import { byId } from '../../trace/page/dom.ts'

const KEY = 'aos-key'

/** An answer that is no success. */
export class ApiError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** The API of the server that this page came from. */
export class Api {
  #asking: Promise<boolean> | undefined

  /** Reads what stands at a path below `/api/v1`. */
  async get<T>(path: string, signal?: AbortSignal): Promise<T> {
    const response = await this.#fetch(path, { signal: signal ?? null })
    return (await response.json()) as T
  }

  /** Reads what stands at a path below `/api/v1`, byte for byte. */
  async bytes(path: string, signal?: AbortSignal): Promise<ArrayBuffer> {
    const response = await this.#fetch(path, { signal: signal ?? null })
    return response.arrayBuffer()
  }

  /** Opens the stream of changes, from after an event on. */
  async openStream(after: string | undefined, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const headers: Record<string, string> = after === undefined ? {} : { 'Last-Event-ID': after }
    const { body } = await this.#fetch('/runs/stream', { headers, signal })
    if (body === null) throw new ApiError(0, 'the stream has no body')
    return body
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    for (;;) {
      const key = sessionStorage.getItem(KEY)
      const headers = new Headers(init.headers)
      if (key !== null) headers.set('X-API-Key', key)
      const response = await fetch(`/api/v1${path}`, { ...init, headers, cache: 'no-store' })
      byId('key-button').hidden = key === null
      if (response.ok) return response
      if (response.status !== 401 || !(await this.#askForKey(key))) throw await errorOf(response)
    }
  }

  // several requests that are refused at once ask once
  #askForKey(refused: string | null): Promise<boolean> {
    if (sessionStorage.getItem(KEY) !== refused) return Promise.resolve(true)
    this.#asking ??= askForKey(refused !== null).finally(() => {
      this.#asking = undefined
    })
    return this.#asking
  }
}

/** Forgets the key and begins anew. */
export function forgetKey(): void {
  sessionStorage.removeItem(KEY)
  location.reload()
}

function askForKey(wasRefused: boolean): Promise<boolean> {
  const dialog = byId('key-dialog') as HTMLDialogElement
  const input = byId('key-input') as HTMLInputElement
  if (wasRefused) byId('key-why').textContent = 'The server does not know this key. Give another one.'
  input.value = ''
  dialog.returnValue = ''
  dialog.showModal()
  return new Promise((resolve) => {
    byId('key-form').onsubmit = () => {
      sessionStorage.setItem(KEY, input.value.trim())
      dialog.close('key')
    }
    byId('key-cancel').onclick = () => dialog.close()
    dialog.onclose = () => {
      input.value = ''
      resolve(dialog.returnValue === 'key')
    }
  })
}

async function errorOf(response: Response): Promise<ApiError> {
  const text = await response.text()
  let said: unknown
  try {
    said = JSON.parse(text) as unknown
  } catch {
    // a proxy in between answers in its own way
    said = undefined
  }
  const error: unknown = typeof said === 'object' && said !== null ? Reflect.get(said, 'error') : undefined
  return new ApiError(response.status, typeof error === 'string' ? error : `status ${response.status}`)
}
