import { byId, icon } from '../../trace/page/dom.ts'
import { ICONS } from './icons.ts'

const NAME = 'aos-theme'

/** Lets the user choose between light and dark; at first the page is what the system prefers. */
export function createTheme(): void {
  const root = document.documentElement
  const prefersDark = window.matchMedia('(prefers-color-scheme: dark)')
  const chosen = localStorage.getItem(NAME)
  if (chosen === 'light' || chosen === 'dark') root.dataset['theme'] = chosen
  const button = byId('theme-button')
  button.append(icon(ICONS.theme))
  button.addEventListener('click', () => {
    const isDark = (root.dataset['theme'] ?? (prefersDark.matches ? 'dark' : 'light')) === 'dark'
    root.dataset['theme'] = isDark ? 'light' : 'dark'
    localStorage.setItem(NAME, root.dataset['theme'])
  })
}
