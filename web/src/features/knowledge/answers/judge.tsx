import { ActionIcon, Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { IconThumbDown, IconThumbUp } from '@/app/icons';
import { toastError, toastSuccess } from '@/components/toasts';
import { QUESTIONS } from './queries';

type Thumb = 1 | -1;

/** Thumbs for an answer; after a thumb down, what it should have said. */
export function Judge({ questionId }: { questionId: string }) {
  const { t } = useTranslation('knowledge/answers');
  const [thumb, setThumb] = useState<Thumb | null>(null);
  const [correction, setCorrection] = useState('');
  const [kept, setKept] = useState(false);
  const [saving, setSaving] = useState(false);

  const keep = async (next: Thumb | null, words: string) => {
    const before = thumb;
    setThumb(next);
    setSaving(true);
    try {
      await request('put', `${QUESTIONS}/${questionId}/judgement`, {
        body: { thumb: next, correction: words },
      });
      void invalidatePaths(QUESTIONS);
      return true;
    } catch (error) {
      setThumb(before);
      toastError(t('answer.judgeFailed'), error);
      return false;
    } finally {
      setSaving(false);
    }
  };
  const press = (pressed: Thumb) => {
    setKept(false);
    void keep(thumb === pressed ? null : pressed, correction);
  };
  return (
    <Stack gap="xs">
      <Group gap={4}>
        {([1, -1] as const).map((value) => (
          <ActionIcon
            key={value}
            variant={thumb === value ? 'light' : 'subtle'}
            color={thumb === value ? 'blue' : 'gray'}
            aria-pressed={thumb === value}
            aria-label={t(value === 1 ? 'answer.good' : 'answer.bad')}
            disabled={saving}
            onClick={() => press(value)}
          >
            {value === 1 ? <IconThumbUp size={16} /> : <IconThumbDown size={16} />}
          </ActionIcon>
        ))}
        {thumb === 1 && (
          <Text size="xs" c="dimmed">
            {t('answer.judged')}
          </Text>
        )}
      </Group>
      {thumb === -1 && !kept && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void keep(-1, correction).then((done) => {
              setKept(done);
              if (done) toastSuccess(t('answer.judged'));
            });
          }}
        >
          <Stack gap="xs">
            <Textarea
              label={t('answer.correction')}
              description={t('answer.correctionText')}
              autosize
              minRows={2}
              maxRows={10}
              maxLength={4000}
              value={correction}
              onChange={(event) => setCorrection(event.currentTarget.value)}
            />
            <Group justify="flex-end">
              <Button
                type="submit"
                variant="default"
                loading={saving}
                disabled={!correction.trim()}
              >
                {t('answer.keep')}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Stack>
  );
}
