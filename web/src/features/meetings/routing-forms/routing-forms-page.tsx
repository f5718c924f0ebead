import { ActionIcon, Button, Card, Group, Menu, Stack, Switch, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { IconDots, IconExternalLink, IconPlus, IconRoute, IconTrash } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { useMe } from '@/app/session';
import { askConfirm } from '@/components/confirm';
import { LinkAnchor } from '@/components/link-anchor';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { EmptyState, ErrorState, LoadingLines, StillLoading } from '@/components/page-states';
import { toastError, toastSuccess } from '@/components/toasts';
import { ROUTING_FORMS, type RoutingForm, routingFormsQuery } from '../queries';
import { turn } from './actions';
import { CopyLink } from './copy-link';
import { FormDialog } from './form-dialog';
import { formLink } from './links';
import classes from './routing-forms.module.css';

const route = getRouteApi('/_app/meetings/routing-forms/');

function More({ form }: { form: RoutingForm }) {
  const { t } = useTranslation('meetings/routing-forms');
  const { slug: organisation } = useMe().organisation;
  const { title } = form;
  const remove = async () => {
    const sure = await askConfirm({
      title: t('delete.title'),
      message: t('delete.text', { title }),
      confirm: t('delete.do'),
    });
    if (!sure) return;
    try {
      await request('delete', `${ROUTING_FORMS}/${form.id}`, { version: form.version });
      toastSuccess(t('delete.done', { title }));
    } catch (reason) {
      toastError(t('delete.failed', { title }), reason);
    }
    await invalidatePaths(ROUTING_FORMS);
  };
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon variant="default" size={36} aria-label={t('list.more', { title })}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          component="a"
          href={formLink(window.location.origin, organisation, form.slug)}
          target="_blank"
          rel="noopener"
          leftSection={<IconExternalLink size={16} />}
        >
          {t('list.open')}
        </Menu.Item>
        <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => void remove()}>
          {t('delete.do')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Row({ form, mayManage }: { form: RoutingForm; mayManage: boolean }) {
  const { t } = useTranslation('meetings/routing-forms');
  const { slug: organisation } = useMe().organisation;
  const { id, title, active, answered } = form;
  return (
    <Card component="li" className={classes.card}>
      <Group justify="space-between" gap="sm">
        <Stack gap={4} className={classes.main}>
          <LinkAnchor
            fw={600}
            c="inherit"
            className="tw-truncate"
            title={title}
            to={`/meetings/routing-forms/${id}` as never}
          >
            {title}
          </LinkAnchor>
          <Text size="xs" c="dimmed" className="tw-truncate">
            {formLink(window.location.host, organisation, form.slug)}
          </Text>
        </Stack>
        <Group gap={6}>
          <LinkAnchor
            size="sm"
            c="dimmed"
            mr="xs"
            className="tw-number"
            to={`/meetings/routing-forms/${id}?tab=answers` as never}
          >
            {t('list.answered', { count: answered })}
          </LinkAnchor>
          <CopyLink form={form} />
          {mayManage && <More form={form} />}
          <Switch
            aria-label={t('list.on', { title })}
            checked={active}
            disabled={!mayManage}
            onChange={(event) => void turn(form, event.currentTarget.checked)}
          />
        </Group>
      </Group>
    </Card>
  );
}

/** Forms that lead people to the right meeting, each with its address. */
export function RoutingFormsPage() {
  const { t } = useTranslation('meetings/routing-forms');
  const { create } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery(routingFormsQuery());
  const mayManage = useMay('meetings:manage');
  const open = (value?: boolean) => void navigate({ search: value ? { create: value } : {} });
  const add = mayManage && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => open(true)}>
      {t('list.add')}
    </Button>
  );
  return (
    <Page>
      <PageHeader
        title={t('title')}
        count={data?.length}
        description={t('text')}
        actions={data && data.length > 0 && add}
      />
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && (
        <>
          <LoadingLines lines={3} height={64} />
          <StillLoading onRetry={() => void refetch()} />
        </>
      )}
      {data?.length === 0 && (
        <EmptyState icon={IconRoute} title={t('list.empty')} action={add}>
          {t('list.emptyText')}
        </EmptyState>
      )}
      {data && data.length > 0 && (
        <Stack component="ul" gap="sm" m={0} p={0}>
          {data.map((form) => (
            <Row key={form.id} form={form} mayManage={mayManage} />
          ))}
        </Stack>
      )}
      {create && mayManage && (
        <FormDialog
          onClose={(made) =>
            made ? void navigate({ to: `/meetings/routing-forms/${made.id}` as never }) : open()
          }
        />
      )}
    </Page>
  );
}
