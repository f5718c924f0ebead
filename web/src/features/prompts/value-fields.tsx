import { NumberInput, Select, SimpleGrid, Textarea } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Variable } from './queries';

interface ValueFieldsProps {
  variables: readonly Variable[];
  values: Record<string, string>;
  onChange: (values: Record<string, string>) => void;
}

/** One field for each variable, by its type. */
export function ValueFields({ variables, values, onChange }: ValueFieldsProps) {
  const { t } = useTranslation('prompts');
  const set = (name: string, value: string) => onChange({ ...values, [name]: value });
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
      {variables.map(({ name, type, description, required, options }) => {
        const shared = {
          label: name,
          description: [description, type === 'list' && t('oneALine')].filter(Boolean).join(' · '),
          withAsterisk: required ?? true,
        };
        if (type === 'choice' || type === 'boolean') {
          const data =
            type === 'choice'
              ? (options ?? [])
              : [
                  { value: 'true', label: t('yes') },
                  { value: 'false', label: t('no') },
                ];
          return (
            <Select
              key={name}
              {...shared}
              data={data}
              value={values[name] ?? null}
              onChange={(value) => set(name, value ?? '')}
            />
          );
        }
        if (type === 'number') {
          return (
            <NumberInput
              key={name}
              {...shared}
              hideControls
              value={values[name] ?? ''}
              onChange={(value) => set(name, String(value))}
            />
          );
        }
        return (
          <Textarea
            key={name}
            {...shared}
            autosize
            minRows={type === 'list' ? 2 : 1}
            maxRows={8}
            value={values[name] ?? ''}
            onChange={(event) => set(name, event.currentTarget.value)}
          />
        );
      })}
    </SimpleGrid>
  );
}
