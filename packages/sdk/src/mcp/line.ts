import type { Awaitable } from '../values/awaitable.ts'

/** Does one thing after another, at once where nothing is before it. */
export class Line {
  #last: Promise<unknown> | undefined

  add<T>(work: () => Awaitable<T>): Awaitable<T> {
    const done = this.#last === undefined ? work() : this.#last.then(work)
    return done instanceof Promise ? this.#hold(done) : done
  }

  #hold<T>(done: Promise<T>): Promise<T> {
    const settled: Promise<unknown> = done.then(noop, noop).then(() => {
      if (this.#last === settled) this.#last = undefined
    })
    this.#last = settled
    return done
  }
}

function noop(): void {
  // who comes next does not care how this ended
}

/** Does work, and goes on as given where it fails, now or later. */
export function attempt<T>(work: () => Awaitable<T>, failed: (error: unknown) => Awaitable<T>): Awaitable<T> {
  let done: Awaitable<T>
  try {
    done = work()
  } catch (error) {
    return failed(error)
  }
  return done instanceof Promise ? done.catch(failed) : done
}
