import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Collects garbage until something is so, which is asked after each time; gives whether it came to be. */
export async function collected(isSo: () => boolean, times = 50): Promise<boolean> {
  for (let time = 0; time < times; time += 1) {
    if (isSo()) return true
    collect()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return isSo()
}
