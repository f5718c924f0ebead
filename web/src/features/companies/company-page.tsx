import { ActionIcon, Avatar, Card, Menu, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { toApiError } from '@/api/errors';
import { invalidatePaths } from '@/api/query-client';
import { initials } from '@/app/format';
import { IconArrowLeft, IconDots, IconTrash } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { ActivityTimeline } from '@/components/activity-timeline';
import { askConfirm } from '@/components/confirm';
import { LinkAnchor } from '@/components/link-anchor';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { ErrorState, LoadingLines, NotFoundState, StillLoading } from '@/components/page-states';
import { toastError, toastSuccess } from '@/components/toasts';
import classes from './company.module.css';
import { Details } from './company-details';
import { Deals, People, Tasks } from './company-related';
import { type Company, companyQuery } from './queries';

const route = getRouteApi('/_app/companies/$companyId');

function MoreMenu({ company }: { company: Company }) {
  const { t } = useTranslation('companies');
  const navigate = useNavigate();
  const remove = async () => {
    const sure = await askConfirm({
      title: t('delete.do'),
      message: t('delete.text', { name: company.name, count: company.people_count ?? 0 }),
      confirm: t('delete.do'),
    });
    if (!sure) return;
    try {
      await request('delete', `/api/v1/companies/${company.id}`, { version: company.version });
    } catch (reason) {
      toastError(t('delete.failed', { name: company.name }), reason);
      return;
    }
    await navigate({ to: '/companies' });
    toastSuccess(t('delete.done', { name: company.name }));
    await invalidatePaths('/api/v1/companies', '/api/v1/leads');
  };
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon size={36} variant="default" aria-label={t('more')}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => void remove()}>
          {t('delete.do')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** One company: its people, deals, tasks and what happened. */
export function CompanyPage() {
  const { t } = useTranslation('companies');
  const { companyId } = route.useParams();
  const { data: company, error, refetch } = useQuery(companyQuery(companyId));
  const mayDelete = useMay('leads:delete');
  if (error && !company) {
    return [404, 422].includes(toApiError(error).status) ? (
      <NotFoundState title={t('notFound')} to="/companies" back={t('title')} />
    ) : (
      <ErrorState error={error} order={1} onRetry={() => void refetch()} />
    );
  }
  return (
    <Page>
      <LinkAnchor to="/companies" className={classes.back}>
        <IconArrowLeft size={16} aria-hidden />
        {t('title')}
      </LinkAnchor>
      <div className={classes.head}>
        <Avatar size={48} radius="md" color="blue" aria-hidden>
          {initials(company?.name ?? '')}
        </Avatar>
        <PageHeader
          title={company?.name ?? t('loading')}
          description={company && [company.industry, company.domain].filter(Boolean).join(' · ')}
          actions={company && mayDelete && <MoreMenu company={company} />}
        />
      </div>
      {company ? (
        <div className={classes.columns} key={company.id}>
          <div className={classes.details}>
            <Details company={company} />
          </div>
          <Stack gap="md" className={classes.middle}>
            <People company={company} />
            <Card>
              <ActivityTimeline
                path={`/api/v1/companies/${company.id}/timeline`}
                empty={t('noTimeline')}
                titled
              />
            </Card>
          </Stack>
          <Stack gap="md" className={classes.related}>
            <Tasks company={company} />
            <Deals company={company} />
          </Stack>
        </div>
      ) : (
        <Card>
          <LoadingLines lines={10} />
          <StillLoading onRetry={() => void refetch()} />
        </Card>
      )}
    </Page>
  );
}
