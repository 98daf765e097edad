// node child.ts <watcher> <steps> <rounds> <times>: measures one way of watching against not watching, and prints the ratios
import { interleave } from '../interleave.ts'
import { watchers } from './watchers.ts'

const [name = '', steps, rounds, times] = process.argv.slice(2)
const watcher = watchers[name]
if (watcher === undefined) throw new Error(`there is no watcher ${name}`)
const [base, ...watched] = await watcher(Number(steps))
const ratios = await interleave([base, ...watched], { rounds: Number(rounds), times: Number(times) })
for (const variant of watched) if (variant.emitted() === 0) throw new Error(`${variant.name} gave nothing`)
console.log(JSON.stringify(ratios))
