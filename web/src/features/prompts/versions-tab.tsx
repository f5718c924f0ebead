import { Badge, Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { formatDateTime } from '@/app/format';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { toastError, toastSuccess } from '@/components/toasts';
import { asText, diffLines } from './content';
import classes from './prompts.module.css';
import { changePrompt, type Prompt, versionQuery } from './queries';

const route = getRouteApi('/_app/settings/prompts/$promptId');

function Difference({ prompt, number }: { prompt: Prompt; number: number }) {
  const { t } = useTranslation('prompts');
  const { data, error, refetch } = useQuery(versionQuery(prompt.key, number));
  const lines = data && diffLines(asText(data.content), asText(prompt.content));
  const title = t('versions.compare', {
    before: nameOf(t, number),
    after: nameOf(t, prompt.latest),
  });
  return (
    <SettingsCard title={title} description={t('versions.compareText')}>
      {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
      {!lines && !error && <LoadingLines />}
      {lines && (
        <div className={classes.text}>
          {lines.map(({ kind, text }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity
            <span key={index} className={classes.line} data-kind={kind}>
              {kind !== 'same' && (
                <>
                  <span aria-hidden>{kind === 'added' ? '+ ' : '− '}</span>
                  <span className="tw-hidden">{t(`versions.${kind}`)}</span>
                </>
              )}
              {text}
            </span>
          ))}
        </div>
      )}
    </SettingsCard>
  );
}

function nameOf(t: TFunction<'prompts'>, number: number): string {
  return number === 0 ? t('versions.product') : t('versions.number', { number });
}

/** Every saved version, what differs from the newest, and a way back. */
export function VersionsTab({ prompt, mayWrite }: { prompt: Prompt; mayWrite: boolean }) {
  const { t } = useTranslation('prompts');
  const { version: compared } = route.useSearch();
  const navigate = route.useNavigate();
  const publish = async (number: number) => {
    try {
      await changePrompt('put', `/${prompt.key}/published`, {
        body: { number },
        version: prompt.version,
      });
      toastSuccess(number === 0 ? t('versions.back') : t('published', { number }));
    } catch (reason) {
      toastError(t('notPublished'), reason);
    }
  };
  return (
    <>
      <SettingsCard title={t('versions.title')} description={t('versions.text')}>
        <ul className={classes.list}>
          {prompt.versions.map((one) => {
            const name = nameOf(t, one.number);
            return (
              <li key={one.number} className={classes.row}>
                <div className={classes.grow}>
                  <Group gap="xs">
                    <Text size="sm" fw={500}>
                      {name}
                    </Text>
                    {one.number === prompt.published && <Badge color="green">{t('inUse')}</Badge>}
                  </Group>
                  {one.note && (
                    <Text size="sm" className={classes.breakable}>
                      {one.note}
                    </Text>
                  )}
                  <Text size="xs" c="dimmed">
                    {one.created_at
                      ? `${one.created_by_name} · ${formatDateTime(one.created_at)}`
                      : t('versions.shipped')}
                  </Text>
                </div>
                <Group gap="xs">
                  {one.number !== prompt.latest && (
                    <Button
                      variant="subtle"
                      size="xs"
                      aria-label={t('versions.compareNamed', { name })}
                      onClick={() =>
                        void navigate({ search: { tab: 'versions', version: one.number } })
                      }
                    >
                      {t('versions.show')}
                    </Button>
                  )}
                  {mayWrite && one.number !== prompt.published && (
                    <Button
                      variant="default"
                      size="xs"
                      aria-label={t('versions.useNamed', { name })}
                      onClick={() => void publish(one.number)}
                    >
                      {t('versions.use')}
                    </Button>
                  )}
                </Group>
              </li>
            );
          })}
        </ul>
      </SettingsCard>
      {compared !== undefined && compared !== prompt.latest && (
        <div className={classes.below}>
          <Difference prompt={prompt} number={compared} />
        </div>
      )}
    </>
  );
}
