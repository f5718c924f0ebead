/** Entry of the public booking pages: what to show stands in the page as JSON. */
import './styles/frame.css';
import './styles/time.css';
import './styles/forms.css';
import './styles/outcome.css';
import './styles/places.css';
import { startBooking } from './booking.tsx';
import { setClock } from './clock.ts';
import { startFrame } from './frame.ts';
import { startManaging } from './manage.tsx';
import { startRouting } from './routing.tsx';
import { takeTexts } from './texts.ts';
import type { Boot } from './types.ts';

function start(): void {
  const given = document.getElementById('boot')?.textContent;
  if (!given) return;
  const boot = JSON.parse(given) as Boot;
  setClock(boot.now);
  takeTexts(boot.texts, boot.language);
  startFrame();
  const language = document.getElementById('language') as HTMLSelectElement | null;
  language?.addEventListener('change', () => {
    const address = new URL(location.href);
    address.searchParams.set('lang', language.value);
    location.replace(address);
  });
  const choices = document.getElementById('choices');
  const stage = document.getElementById('stage');
  if (!choices || !stage) return;
  if (boot.kind === 'event') startBooking(boot, choices, stage);
  else if (boot.kind === 'form') startRouting(boot, stage);
  else if (boot.kind === 'meeting') startManaging(boot, choices, stage);
}

start();
