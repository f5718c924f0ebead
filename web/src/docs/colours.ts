// The same key as the web app's, so that both look alike.
const KEY = 'mantine-color-scheme-value';
const system = matchMedia('(prefers-color-scheme: dark)');

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** Keeps the page in the chosen or the system's colours, and lets the button change them. */
export function watchColours(button: HTMLElement): void {
  const apply = () => {
    const choice = stored();
    const dark = choice === 'dark' || (choice !== 'light' && system.matches);
    document.documentElement.dataset.mantineColorScheme = dark ? 'dark' : 'light';
    document.documentElement.classList.toggle('dark-mode', dark);
    button.textContent = dark ? '☀' : '☾';
  };
  button.addEventListener('click', () => {
    const dark = document.documentElement.classList.contains('dark-mode');
    try {
      localStorage.setItem(KEY, dark ? 'light' : 'dark');
    } catch {
      // storage may be blocked; the system preference stays
    }
    apply();
  });
  system.addEventListener('change', apply);
  apply();
}
