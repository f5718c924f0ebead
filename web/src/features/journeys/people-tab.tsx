import { getRouteApi } from '@tanstack/react-router';
import { JourneyPeople } from '@/components/journey/people';
import type { TabProps } from './journey-page';

const route = getRouteApi('/_app/journeys/$journeyId');

/** Who is in the journey: where, since when, and why. */
export function PeopleTab({ journey }: TabProps) {
  const { state, cursor, person } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <JourneyPeople
      journeyId={journey.id}
      moving={journey.state === 'live'}
      shown={{ state, cursor, person }}
      onShow={(change) => void navigate({ search: { tab: 'people', state, cursor, ...change } })}
    />
  );
}
