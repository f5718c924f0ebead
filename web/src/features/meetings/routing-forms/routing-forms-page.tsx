import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { IconRoute } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { useMe } from '@/app/session';
import { CopyLink, ItemMenu, ItemSwitch } from '@/components/item-actions';
import { ItemCard } from '@/components/item-card';
import { LinkAnchor } from '@/components/link-anchor';
import { CardList, ListPage } from '@/components/list-page';
import { ROUTING_FORMS, type RoutingForm, routingFormsQuery } from '../queries';

import { formLink } from './links';
import { RoutingFormDialog } from './routing-form-dialog';

function Row({ form, mayManage }: { form: RoutingForm; mayManage: boolean }) {
  const { t } = useTranslation('meetings/routing-forms');
  const { slug: organisation } = useMe().organisation;
  const { title } = form;
  const page = `/meetings/routing-forms/${form.id}`;
  const link = formLink(window.location.origin, organisation, form.slug);
  return (
    <ItemCard
      title={title}
      to={page}
      facts={[formLink(window.location.host, organisation, form.slug)]}
      actions={
        <>
          <LinkAnchor
            size="sm"
            c="dimmed"
            mr="xs"
            className="tw-number"
            to={`${page}?tab=answers` as never}
          >
            {t('list.answered', { count: form.answered })}
          </LinkAnchor>
          <CopyLink link={link} title={title} />
          {mayManage && (
            <ItemMenu
              list={ROUTING_FORMS}
              item={form}
              title={title}
              page={{ href: link, label: t('list.open') }}
              remove={{ title: t('delete.title'), text: t('delete.text', { title }) }}
            />
          )}
          <ItemSwitch
            list={ROUTING_FORMS}
            item={form}
            title={title}
            label={t('list.on', { title })}
            disabled={!mayManage}
          />
        </>
      }
    />
  );
}

/** Forms that lead people to the right meeting, each with its address. */
export function RoutingFormsPage() {
  const { t } = useTranslation('meetings/routing-forms');
  const mayManage = useMay('meetings:manage');
  return (
    <ListPage
      query={useQuery(routingFormsQuery())}
      title={t('title')}
      description={t('text')}
      begin={mayManage && { label: t('list.add'), Dialog: RoutingFormDialog }}
      empty={{ icon: IconRoute, title: t('list.empty'), text: t('list.emptyText') }}
    >
      {(forms) => (
        <CardList>
          {forms.map((form) => (
            <Row key={form.id} form={form} mayManage={mayManage} />
          ))}
        </CardList>
      )}
    </ListPage>
  );
}
