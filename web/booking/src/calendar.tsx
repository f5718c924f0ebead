/** @jsxImportSource preact */
/** The month as a grid of days, by the keyboard practice of WAI-ARIA for date grids. */
import { addMonths, type Day, weeksOf } from './dates.ts';
import { ArrowIcon } from './icons.tsx';
import { dayOfKey, type Picker } from './picker.ts';
import { count, dayText, monthText, t, weekdayTexts } from './texts.ts';

export function Calendar({ picker }: { picker: Picker }) {
  const free = picker.days();
  const loading = picker.status === 'loading';
  return (
    <section class="calendar" aria-label={t('choose_day')}>
      <div class="month">
        <h2 id="month" aria-live="polite">
          {monthText(picker.month)}
        </h2>
        <Turn picker={picker} by={-1} disabled={picker.month <= picker.firstMonth} />
        <Turn picker={picker} by={1} disabled={picker.month >= picker.lastMonth} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: the date grid of WAI-ARIA is a table */}
      <table role="grid" aria-labelledby="month" aria-busy={loading} onKeyDown={onKey(picker)}>
        <thead>
          <tr>
            {Array.from({ length: 7 }, (_, column) => {
              const { short, long } = weekdayTexts(((picker.firstWeekday + column - 1) % 7) + 1);
              return (
                <th key={long} scope="col" abbr={long}>
                  {short}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {weeksOf(picker.month, picker.firstWeekday).map((week, row) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the rows of the grid never move
            <tr key={row}>
              {week.map((day, column) =>
                day ? (
                  <DayCell key={day} picker={picker} day={day} slots={free.get(day)?.length ?? 0} />
                ) : (
                  // biome-ignore lint/suspicious/noArrayIndexKey: as above
                  <td key={column} />
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Turn({ picker, by, disabled }: { picker: Picker; by: 1 | -1; disabled: boolean }) {
  return (
    <button
      type="button"
      class={by < 0 ? 'icon back' : 'icon'}
      aria-label={t(by < 0 ? 'previous_month' : 'next_month')}
      // Stays in the tab order: the keyboard must not lose its place at the last month.
      aria-disabled={disabled}
      onClick={() => !disabled && picker.show(addMonths(picker.month, by))}
    >
      <ArrowIcon />
    </button>
  );
}

function DayCell({ picker, day, slots }: { picker: Picker; day: Day; slots: number }) {
  const chosen = picker.day === day;
  const free = slots > 0;
  const today = day === picker.today;
  const said = [
    dayText(day),
    today && t('today'),
    free ? count('free_times', slots) : t('nothing_free'),
  ];
  return (
    // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a cell of the date grid
    // biome-ignore lint/a11y/useFocusableInteractive: the button inside takes the focus
    <td role="gridcell" aria-selected={chosen}>
      <button
        type="button"
        id={`day-${day}`}
        class={`day${free ? ' free' : ''}${chosen ? ' chosen' : ''}${today ? ' today' : ''}`}
        tabIndex={day === picker.focused ? 0 : -1}
        aria-disabled={!free}
        aria-label={said.filter(Boolean).join(', ')}
        onClick={() => free && picker.choose(day)}
      >
        {Number(day.slice(8))}
      </button>
    </td>
  );
}

function onKey(picker: Picker) {
  return (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const rightToLeft = getComputedStyle(event.currentTarget as Element).direction === 'rtl';
    const to = dayOfKey(
      event.key,
      event.shiftKey,
      picker.focused,
      picker.firstWeekday,
      rightToLeft,
    );
    if (!to) return;
    event.preventDefault();
    picker.moveFocus(to);
    document.getElementById(`day-${picker.focused}`)?.focus();
  };
}
