import { Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';
import { useMay } from '@/app/permissions';
import { LinkAnchor } from '@/components/link-anchor';
import classes from './email.module.css';
import type { DeliveryDetail } from './queries';

/** The variant of a campaign's message that a step of its journey sends. */
function variantOf(campaign: Schema<'CampaignRead'>, step: string | null): string | undefined {
  const sent = (campaign.draft.messages ?? [])
    .filter(({ variants = [] }) => variants.length > 1)
    .flatMap(({ key, variants = [] }) => variants.map((variant) => ({ key, variant })))
    .find(({ key, variant }) => `m_${key}_${variant.key}` === step);
  return sent && (sent.variant.name || sent.variant.key.toUpperCase());
}

/** What a mail was sent for: its campaign with the variant, or its journey. Nothing for mails of neither. */
export function DeliveryOrigin({ mail }: { mail: DeliveryDetail }) {
  const { t } = useTranslation('email');
  const maySee = useMay('campaigns:read');
  const campaign = useQuery({
    ...apiQuery<Schema<'CampaignRead'>>(`/api/v1/campaigns/${mail.campaign_id}`),
    enabled: maySee && mail.campaign_id !== null,
  }).data;
  const journey = useQuery({
    ...apiQuery<Schema<'JourneyRead'>>(`/api/v1/journeys/${mail.journey_id}`),
    enabled: maySee && mail.campaign_id === null && mail.journey_id !== null,
  }).data;
  const variant = campaign && variantOf(campaign, mail.step_key);
  const known = campaign
    ? { label: t('delivery.campaign'), to: `/campaigns/${campaign.id}`, name: campaign.name }
    : journey && {
        label: t('delivery.journey'),
        to: `/journeys/${journey.id}`,
        name: journey.name,
      };
  if (!known) return null;
  return (
    <>
      <Table.Tr>
        <Table.Th scope="row">{known.label}</Table.Th>
        <Table.Td className={classes.words}>
          <LinkAnchor to={known.to as never} size="sm">
            {known.name}
          </LinkAnchor>
        </Table.Td>
      </Table.Tr>
      {variant && (
        <Table.Tr>
          <Table.Th scope="row">{t('delivery.variant')}</Table.Th>
          <Table.Td className={classes.words}>{variant}</Table.Td>
        </Table.Tr>
      )}
    </>
  );
}
