import { Menu } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { IconCopy, IconPlus, IconTrash } from '@/app/icons';
import { useEditing } from './editing';
import { type Kind, portsOf, type Step } from './graph';
import { GROUPS, KINDS, kindsOf, portLabel } from './kinds';

/** The kinds a step can be added as, in groups. */
export function KindItems({
  onPick,
  entry = false,
}: {
  onPick: (kind: Kind) => void;
  entry?: boolean;
}) {
  const { t } = useTranslation('journeys');
  return GROUPS.filter((group) => entry || group !== 'entry').map((group) => (
    <div key={group}>
      <Menu.Label>{t(`group.${group}`)}</Menu.Label>
      {kindsOf(group).map((kind) => {
        const { icon: Icon } = KINDS[kind];
        return (
          <Menu.Item key={kind} leftSection={<Icon size={16} />} onClick={() => onPick(kind)}>
            {t(`kind.${kind}`)}
          </Menu.Item>
        );
      })}
    </div>
  ));
}

/** What can be done with a step without dragging. */
export function StepMenuItems({ step }: { step: Step }) {
  const { t } = useTranslation('journeys');
  const { add, remove, duplicate } = useEditing();
  const ports = portsOf(step);
  return (
    <>
      {ports.map(({ key }) => (
        <Menu.Sub key={key}>
          <Menu.Sub.Target>
            <Menu.Sub.Item leftSection={<IconPlus size={16} />}>
              {ports.length > 1
                ? t('step.addAt', { port: portLabel(step, key, t) })
                : t('step.addAfter')}
            </Menu.Sub.Item>
          </Menu.Sub.Target>
          <Menu.Sub.Dropdown mah={320} style={{ overflowY: 'auto' }}>
            <KindItems onPick={(kind) => add(kind, { from: step.id, port: key })} />
          </Menu.Sub.Dropdown>
        </Menu.Sub>
      ))}
      {step.kind !== 'trigger' && (
        <Menu.Item leftSection={<IconCopy size={16} />} onClick={() => duplicate(step.id)}>
          {t('step.duplicate')}
        </Menu.Item>
      )}
      <Menu.Item
        color="red"
        leftSection={<IconTrash size={16} />}
        onClick={() => remove([step.id])}
      >
        {t('step.remove')}
      </Menu.Item>
    </>
  );
}
