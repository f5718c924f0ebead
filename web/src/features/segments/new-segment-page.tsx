import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { cleaned } from '@/components/filter-bar/condition';
import { LinkButton } from '@/components/link-anchor';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { toastSuccess } from '@/components/toasts';
import { PATH, type Segment } from './queries';
import { type Kind, SegmentForm } from './segment-form';

const route = getRouteApi('/_app/segments/new');

/** Make a segment, from nothing or from the filter of a list. */
export function NewSegmentPage() {
  const { t } = useTranslation('segments');
  const { filter } = route.useSearch();
  const navigate = useNavigate();
  const [kind, setKind] = useState<Kind>('dynamic');
  return (
    <Page>
      <PageHeader title={t('new')} />
      <SegmentForm
        values={{ name: '', description: '', condition: filter ?? { all: [] } }}
        kind={kind}
        onKind={setKind}
        readOnly={false}
        isDirty={({ name, description, condition }) =>
          Boolean(name.trim() || description.trim() || (!filter && cleaned(condition)))
        }
        submit={t('create')}
        actions={
          <LinkButton to="/segments" variant="default">
            {t('cancel')}
          </LinkButton>
        }
        onSave={async ({ name, description, condition }) => {
          const segment = await request<Segment>('post', PATH, {
            body: {
              name: name.trim(),
              description: description.trim(),
              kind,
              ...(kind === 'dynamic' ? { condition: cleaned(condition) } : {}),
            },
          });
          void invalidatePaths(PATH, '/api/v1/leads/fields', '/api/v1/onboarding');
          toastSuccess(t('created', { name: segment.name }));
          await navigate({
            to: '/segments/$segmentId',
            params: { segmentId: segment.id },
            ignoreBlocker: true,
          });
        }}
      />
    </Page>
  );
}
