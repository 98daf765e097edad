import { byId } from './dom.ts'

/** Lets the user choose between light and dark; at first the page is what the system prefers. */
export function createTheme(onChange: () => void): void {
  const prefersDark = window.matchMedia('(prefers-color-scheme: dark)')
  const root = document.documentElement
  const apply = (theme: string): void => {
    root.dataset['theme'] = theme
    onChange()
  }
  let isChosen = false
  apply(prefersDark.matches ? 'dark' : 'light')
  prefersDark.addEventListener('change', () => {
    if (!isChosen) apply(prefersDark.matches ? 'dark' : 'light')
  })
  byId('theme-button').addEventListener('click', () => {
    isChosen = true
    apply(root.dataset['theme'] === 'dark' ? 'light' : 'dark')
  })
}
