import { Stack, Table, Text } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '@/app/format';
import { useMay } from '@/app/permissions';
import { JourneyPeople } from '@/components/journey/people';
import { LinkAnchor } from '@/components/link-anchor';
import { SettingsCard } from '@/components/settings-card';
import type { TabProps } from '../campaign-page';

const route = getRouteApi('/_app/campaigns/$campaignId/');

/** Messages that did not leave, by the rule that stopped them; each leads to those in the outbox. */
function NotSent({ campaign, results }: TabProps) {
  const { t } = useTranslation('campaigns');
  const maySee = useMay('sending:read');
  if (results.not_sent.length === 0) return null;
  return (
    <SettingsCard
      title={t('notSent.title')}
      description={t('notSent.text')}
      action={
        maySee && (
          <LinkAnchor to="/sending" search={{ campaign: campaign.id, state: 'not_sent' }}>
            {t('notSent.outbox')}
          </LinkAnchor>
        )
      }
    >
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('notSent.rule')}</Table.Th>
            <Table.Th ta="end">{t('notSent.people')}</Table.Th>
            <Table.Th ta="end">{t('notSent.messages')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {results.not_sent.map(({ rule, text, people, messages }) => (
            <Table.Tr key={rule}>
              <Table.Td>{text}</Table.Td>
              <Table.Td ta="end" className="tw-number">
                {formatNumber(people)}
              </Table.Td>
              <Table.Td ta="end" className="tw-number">
                {formatNumber(messages)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </SettingsCard>
  );
}

/** Who is in the campaign, where, and why; and who did not get a message. */
export function PeopleTab(props: TabProps) {
  const { t } = useTranslation('campaigns');
  const { state, cursor, person } = route.useSearch();
  const navigate = route.useNavigate();
  const { campaign } = props;
  return (
    <Stack gap="md">
      <NotSent {...props} />
      {campaign.journey_id ? (
        <JourneyPeople
          journeyId={campaign.journey_id}
          moving={campaign.state === 'live'}
          shown={{ state, cursor, person }}
          onShow={(change) =>
            void navigate({ search: { tab: 'people', state, cursor, ...change } })
          }
        />
      ) : (
        <Text size="sm" c="dimmed">
          {t('page.noPeople')}
        </Text>
      )}
    </Stack>
  );
}
