import { Button, Group, Input, Select, Stack, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { IconPlus } from '@/app/icons';
import { RowActions } from '../row-actions';
import type { FormValues } from './form';

interface RoleRulesProps {
  form: UseFormReturnType<FormValues>;
  roles: { value: string; label: string }[];
}

/** Groups of the provider and the roles they give; the first that fits counts. */
export function RoleRules({ form, roles }: RoleRulesProps) {
  const { t } = useTranslation('settings/sso');
  const rules = form.values.role_rules;
  return (
    <Input.Wrapper
      label={t('form.rules')}
      description={t('form.rulesText')}
      labelElement="div"
      error={form.errors.role_rules}
    >
      <Stack gap="xs" mt="xs">
        {rules.map((_, index) => (
          // Rules have no identity of their own; their place is what they are.
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          <Group key={index} gap="xs" align="flex-start">
            <TextInput
              aria-label={t('form.group', { place: index + 1 })}
              placeholder={t('form.groupHint')}
              flex="1 1 160px"
              {...form.getInputProps(`role_rules.${index}.group`)}
            />
            <Select
              aria-label={t('form.roleOf', { place: index + 1 })}
              data={roles}
              allowDeselect={false}
              w={150}
              {...form.getInputProps(`role_rules.${index}.role`)}
            />
            <RowActions
              name={t('form.rule', { place: index + 1 })}
              first={index === 0}
              last={index === rules.length - 1}
              onMove={(step) =>
                form.reorderListItem('role_rules', { from: index, to: index + step })
              }
              onDelete={() => form.removeListItem('role_rules', index)}
            />
          </Group>
        ))}
        <div>
          <Button
            variant="default"
            size="compact-sm"
            leftSection={<IconPlus size={14} />}
            onClick={() => form.insertListItem('role_rules', { group: '', role: 'creator' })}
          >
            {t('form.addRule')}
          </Button>
        </div>
      </Stack>
    </Input.Wrapper>
  );
}
