import { Badge, Button, Group, Select, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { apiQuery, request } from '@/api/client';
import { ErrorState } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import classes from './settings.module.css';

/** Leads whose name, address or company fits the text. */
function useLeadOptions(text: string) {
  const [q] = useDebouncedValue(text.trim(), 250);
  const { data, isFetching } = useQuery({
    ...apiQuery<Schema<'Page_LeadRow_'>>('/api/v1/leads', { q, limit: 25, sort: '-created_at' }),
    placeholderData: (old) => old,
  });
  const options = (data?.items ?? []).map((lead) => ({
    value: lead.id,
    label: [lead.full_name || lead.email, lead.company_name].filter(Boolean).join(' · ') || lead.id,
  }));
  return { options, isFetching };
}

/** Who would get a lead if it came in now, and what each rule says of it; nothing is changed. */
export function TryCard() {
  const { t } = useTranslation('settings');
  const [text, setText] = useState('');
  const [lead, setLead] = useState<string | null>(null);
  const { options, isFetching } = useLeadOptions(text);
  const attempt = useMutation({
    mutationFn: (lead_id: string) =>
      request<Schema<'RoutingTryResult'>>('post', '/api/v1/routing-rules/try', {
        body: { lead_id },
      }),
  });
  const result = attempt.data;
  return (
    <SettingsCard title={t('routing.try')} description={t('routing.tryText')}>
      <Group align="flex-end">
        <Select
          className={classes.main}
          label={t('routing.lead')}
          placeholder={t('routing.leadPlaceholder')}
          searchable
          data={options}
          filter={({ options: all }) => all}
          value={lead}
          onChange={(value) => {
            setLead(value);
            attempt.reset();
          }}
          searchValue={text}
          onSearchChange={setText}
          nothingFoundMessage={isFetching ? t('routing.searching') : t('routing.noLead')}
        />
        <Button
          variant="default"
          disabled={!lead}
          loading={attempt.isPending}
          onClick={() => lead && attempt.mutate(lead)}
        >
          {t('routing.tryNow')}
        </Button>
      </Group>
      <Stack gap="sm" aria-live="polite">
        {attempt.error && <ErrorState error={attempt.error} compact />}
        {result && (
          <>
            <div>
              <Text size="sm" fw={600}>
                {result.owner_name
                  ? t('routing.wouldGet', { name: result.owner_name })
                  : t('routing.nobody')}
              </Text>
              <Text size="sm" c="dimmed">
                {result.reason}
              </Text>
            </div>
            <ul className={classes.rows}>
              {result.rules.map((rule) => (
                <li key={rule.rule_id} className={classes.row}>
                  <div className={classes.main}>
                    <Text size="sm" fw={500}>
                      {rule.name}
                    </Text>
                    <Text size="xs" c="dimmed">
                      {rule.words}
                    </Text>
                  </div>
                  <Badge color={rule.fits ? 'green' : 'gray'}>
                    {t(rule.fits ? 'routing.fits' : 'routing.fitsNot')}
                  </Badge>
                </li>
              ))}
            </ul>
          </>
        )}
      </Stack>
    </SettingsCard>
  );
}
