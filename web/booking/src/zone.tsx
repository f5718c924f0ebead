/** @jsxImportSource preact */
/** The time zone all times are shown in: always visible, one tap to change. */
import { now } from './clock.ts';
import { GlobeIcon } from './icons.tsx';
import type { Picker } from './picker.ts';
import { offsetText, t, timeText } from './texts.ts';

/** `Europe/Berlin` → region and city; zones without a region stand among the others. */
function split(zone: string): [string, string] {
  const [region, ...rest] = zone.split('/');
  const city = rest.join(', ') || zone;
  return [rest.length ? (region ?? '') : 'UTC', city.replaceAll('_', ' ')];
}

/** `Berlin` of `Europe/Berlin`. */
export const cityOf = (zone: string): string => split(zone)[1];

let regions: [string, string[]][] | undefined;

/** All zones by region; only asked for when somebody wants to choose. */
function allZones(): [string, string[]][] {
  if (regions) return regions;
  const found = new Map<string, string[]>();
  const zones = Intl.supportedValuesOf?.('timeZone') ?? [];
  for (const zone of [...new Set([...zones, 'UTC'])]) {
    const region = split(zone)[0];
    found.set(region, [...(found.get(region) ?? []), zone]);
  }
  regions = [...found];
  return regions;
}

let opened = false;

export function Zone({ picker, redraw }: { picker: Picker; redraw(): void }) {
  const open = () => {
    if (opened) return;
    opened = true;
    redraw();
  };
  const known = opened && allZones().some(([, zones]) => zones.includes(picker.zone));
  const at = now();
  return (
    <div class="zone" onPointerEnter={open} onPointerDown={open} onFocusIn={open}>
      <GlobeIcon />
      <span class="zone-words">
        <label for="zone">{t('time_zone')}</label>
        <select
          id="zone"
          value={picker.zone}
          onChange={(event) => picker.setZone(event.currentTarget.value)}
        >
          {!known && <option value={picker.zone}>{cityOf(picker.zone)}</option>}
          {opened &&
            allZones().map(([region, zones]) => (
              <optgroup key={region} label={region}>
                {zones.map((zone) => (
                  <option key={zone} value={zone}>
                    {cityOf(zone)}
                  </option>
                ))}
              </optgroup>
            ))}
        </select>
        <small>
          {t('now_there', {
            time: timeText(at, picker.zone, picker.hours),
            offset: offsetText(at, picker.zone),
          })}
        </small>
      </span>
    </div>
  );
}
