import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { usePreference } from '@/app/preferences';
import classes from './leads.module.css';
import { viewsQuery } from './queries';
import { openView, PINNED_VIEWS } from './views';

/** The saved views that the person keeps in the navigation, below the leads. */
export default function PinnedViews() {
  const [pinned] = usePreference<string[]>(PINNED_VIEWS, []);
  const views = useQuery({ ...viewsQuery(), enabled: pinned.length > 0 }).data ?? [];
  const { view: current } = useSearch({ strict: false }) as { view?: string };
  return views
    .filter((view) => pinned.includes(view.id))
    .map((view) => (
      <Link
        key={view.id}
        to="/leads"
        search={openView(view)}
        className={classes.pinned}
        aria-current={view.id === current ? 'page' : undefined}
      >
        <span className="tw-truncate">{view.name}</span>
      </Link>
    ));
}
