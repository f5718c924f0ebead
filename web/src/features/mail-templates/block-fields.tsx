import {
  ActionIcon,
  Button,
  Checkbox,
  Group,
  NumberInput,
  SegmentedControl,
  Select,
  Skeleton,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { IconPlus, IconTrash } from '@/app/icons';
import type { Block } from './draft';
import { LineField } from './line-field';
import classes from './mail-templates.module.css';

const RichText = lazy(() => import('./rich-text'));
const NETWORKS = [
  'linkedin',
  'facebook',
  'instagram',
  'youtube',
  'x',
  'tiktok',
  'github',
  'mastodon',
  'website',
] as const;

interface FieldsProps<B> {
  block: B;
  /** `key` names the field that is typed in. */
  onChange: (block: B, key?: string) => void;
  readOnly: boolean;
}
type Of<K extends Block['kind']> = FieldsProps<Extract<Block, { kind: K }>>;

/** A line of choices with its name above. */
function Choice({
  label,
  value,
  data,
  onChange,
  readOnly,
}: {
  label: string;
  value: string;
  data: { value: string; label: string }[];
  onChange: (value: string) => void;
  readOnly: boolean;
}) {
  return (
    <Stack gap={4} className={classes.choiceField}>
      <Text size="sm" fw={500} aria-hidden>
        {label}
      </Text>
      <SegmentedControl
        aria-label={label}
        value={value}
        data={data}
        onChange={onChange}
        readOnly={readOnly}
      />
    </Stack>
  );
}

function Align<B extends { align?: 'left' | 'center' | 'right' }>({
  block,
  onChange,
  readOnly,
}: FieldsProps<B>) {
  const { t } = useTranslation('mail-templates');
  return (
    <Choice
      label={t('field.align')}
      value={block.align ?? 'left'}
      data={(['left', 'center', 'right'] as const).map((value) => ({
        value,
        label: t(`field.${value}`),
      }))}
      onChange={(align) => onChange({ ...block, align: align as 'left' })}
      readOnly={readOnly}
    />
  );
}

function Heading({ block, onChange, readOnly }: Of<'heading'>) {
  const { t } = useTranslation('mail-templates');
  return (
    <>
      <LineField
        label={t('field.text')}
        value={block.text ?? ''}
        maxLength={2000}
        readOnly={readOnly}
        onChange={(text) => onChange({ ...block, text }, 'text')}
      />
      <Group gap="md">
        <Choice
          label={t('field.level')}
          value={String(block.level ?? 1)}
          data={(['1', '2', '3'] as const).map((value) => ({
            value,
            label: t(`field.level${value}`),
          }))}
          onChange={(level) => onChange({ ...block, level: Number(level) as 1 })}
          readOnly={readOnly}
        />
        <Align block={block} onChange={onChange} readOnly={readOnly} />
      </Group>
    </>
  );
}

function TextFields({ block, onChange, readOnly }: Of<'text'>) {
  const { t } = useTranslation('mail-templates');
  return (
    <>
      <Suspense fallback={<Skeleton height={160} />}>
        <RichText
          key={block.id}
          label={t('rich.label')}
          value={block.html ?? ''}
          readOnly={readOnly}
          onChange={(html) => onChange({ ...block, html }, 'html')}
        />
      </Suspense>
      <Align block={block} onChange={onChange} readOnly={readOnly} />
    </>
  );
}

function Link<B extends { href?: string }>({ block, onChange, readOnly }: FieldsProps<B>) {
  const { t } = useTranslation('mail-templates');
  return (
    <LineField
      label={t('field.href')}
      placeholder={t('field.hrefExample')}
      maxLength={2000}
      value={block.href ?? ''}
      readOnly={readOnly}
      onChange={(href) => onChange({ ...block, href }, 'href')}
    />
  );
}

function ButtonFields({ block, onChange, readOnly }: Of<'button'>) {
  const { t } = useTranslation('mail-templates');
  return (
    <>
      <LineField
        label={t('field.label')}
        value={block.label ?? ''}
        readOnly={readOnly}
        onChange={(label) => onChange({ ...block, label }, 'label')}
      />
      <Link block={block} onChange={onChange} readOnly={readOnly} />
      <Group gap="md">
        <Choice
          label={t('field.style')}
          value={block.style ?? 'filled'}
          data={(['filled', 'outline'] as const).map((value) => ({
            value,
            label: t(`field.${value}`),
          }))}
          onChange={(style) => onChange({ ...block, style: style as 'filled' })}
          readOnly={readOnly}
        />
        <Align block={block} onChange={onChange} readOnly={readOnly} />
      </Group>
      <Checkbox
        label={t('field.fullWidth')}
        checked={block.full_width ?? false}
        disabled={readOnly}
        onChange={(event) => onChange({ ...block, full_width: event.currentTarget.checked })}
      />
    </>
  );
}

function Picture<B extends { src?: string; alt?: string }>({
  block,
  onChange,
  readOnly,
}: FieldsProps<B>) {
  const { t } = useTranslation('mail-templates');
  return (
    <>
      <LineField
        label={t('field.src')}
        placeholder={t('field.hrefExample')}
        maxLength={2000}
        value={block.src ?? ''}
        readOnly={readOnly}
        onChange={(src) => onChange({ ...block, src }, 'src')}
      />
      <LineField
        label={t('field.alt')}
        description={t('field.altText')}
        value={block.alt ?? ''}
        readOnly={readOnly}
        onChange={(alt) => onChange({ ...block, alt }, 'alt')}
      />
    </>
  );
}

function ImageFields({ block, onChange, readOnly }: Of<'image'>) {
  const { t } = useTranslation('mail-templates');
  return (
    <>
      <Picture block={block} onChange={onChange} readOnly={readOnly} />
      <Checkbox
        label={t('field.decorative')}
        checked={block.decorative ?? false}
        disabled={readOnly}
        onChange={(event) => onChange({ ...block, decorative: event.currentTarget.checked })}
      />
      <Link block={block} onChange={onChange} readOnly={readOnly} />
      <Group gap="md" align="flex-end">
        <NumberInput
          label={t('field.width')}
          placeholder={t('field.widthText')}
          min={20}
          max={600}
          allowDecimal={false}
          readOnly={readOnly}
          value={block.width ?? ''}
          onChange={(width) =>
            onChange({ ...block, width: typeof width === 'number' ? width : null }, 'width')
          }
        />
        <Align block={block} onChange={onChange} readOnly={readOnly} />
      </Group>
    </>
  );
}

function ProductFields({ block, onChange, readOnly }: Of<'product'>) {
  const { t } = useTranslation('mail-templates');
  return (
    <>
      <LineField
        label={t('field.title')}
        value={block.title ?? ''}
        readOnly={readOnly}
        onChange={(title) => onChange({ ...block, title }, 'title')}
      />
      <LineField
        long
        label={t('field.text')}
        maxLength={2000}
        value={block.text ?? ''}
        readOnly={readOnly}
        onChange={(text) => onChange({ ...block, text }, 'text')}
      />
      <LineField
        label={t('field.price')}
        value={block.price ?? ''}
        readOnly={readOnly}
        onChange={(price) => onChange({ ...block, price }, 'price')}
      />
      <Picture block={block} onChange={onChange} readOnly={readOnly} />
      <LineField
        label={t('field.label')}
        value={block.label ?? ''}
        readOnly={readOnly}
        onChange={(label) => onChange({ ...block, label }, 'label')}
      />
      <Link block={block} onChange={onChange} readOnly={readOnly} />
    </>
  );
}

function SocialFields({ block, onChange, readOnly }: Of<'social'>) {
  const { t } = useTranslation('mail-templates');
  const links = block.links ?? [];
  const put = (at: number, change: Partial<(typeof links)[number]>, key?: string) =>
    onChange(
      { ...block, links: links.map((one, n) => (n === at ? { ...one, ...change } : one)) },
      key,
    );
  return (
    <>
      {links.map((link, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two links may be alike
        <Group key={at} gap="xs" align="flex-end" wrap="nowrap">
          <Select
            label={t('field.network')}
            data={NETWORKS.map((value) => ({ value, label: value }))}
            value={link.network}
            allowDeselect={false}
            readOnly={readOnly}
            className={classes.network}
            onChange={(network) => network && put(at, { network: network as 'x' })}
          />
          <TextInput
            label={t('field.href')}
            placeholder={t('field.hrefExample')}
            maxLength={2000}
            value={link.href ?? ''}
            readOnly={readOnly}
            className={classes.grow}
            onChange={(event) => put(at, { href: event.currentTarget.value }, `links${at}`)}
          />
          {!readOnly && (
            <ActionIcon
              size={36}
              aria-label={t('field.removeLink', { name: link.network })}
              onClick={() => onChange({ ...block, links: links.filter((_, n) => n !== at) })}
            >
              <IconTrash size={16} />
            </ActionIcon>
          )}
        </Group>
      ))}
      {!readOnly && links.length < NETWORKS.length && (
        <Group>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} />}
            onClick={() =>
              onChange({ ...block, links: [...links, { network: 'website', href: '' }] })
            }
          >
            {t('field.addLink')}
          </Button>
        </Group>
      )}
      <Align block={block} onChange={onChange} readOnly={readOnly} />
    </>
  );
}

function FooterFields({ block, onChange, readOnly }: Of<'footer'>) {
  const { t } = useTranslation('mail-templates');
  return (
    <>
      <LineField
        long
        label={t('field.footerText')}
        description={t('field.footerHint')}
        maxLength={2000}
        value={block.text ?? ''}
        readOnly={readOnly}
        onChange={(text) => onChange({ ...block, text }, 'text')}
      />
      <Align block={block} onChange={onChange} readOnly={readOnly} />
    </>
  );
}

function SpacerFields({ block, onChange, readOnly }: Of<'spacer'>) {
  const { t } = useTranslation('mail-templates');
  return (
    <NumberInput
      label={t('field.height')}
      min={4}
      max={120}
      clampBehavior="strict"
      allowDecimal={false}
      readOnly={readOnly}
      value={block.height ?? 24}
      onChange={(height) =>
        typeof height === 'number' && height >= 4 && onChange({ ...block, height }, 'height')
      }
    />
  );
}

/** The number of columns and their widths; what is in dropped columns goes to the last one. */
export function ColumnsFields({ block, onChange, readOnly }: Of<'columns'>) {
  const { t } = useTranslation('mail-templates');
  const put = (layout: '1-1' | '1-2' | '2-1' | '1-1-1') => {
    const wanted = layout === '1-1-1' ? 3 : 2;
    const columns = block.columns.slice(0, wanted);
    while (columns.length < wanted) columns.push([]);
    const rest = block.columns.slice(wanted).flat();
    columns[wanted - 1] = [...(columns[wanted - 1] ?? []), ...rest];
    onChange({ ...block, layout, columns });
  };
  return (
    <Choice
      label={t('field.layout')}
      value={block.layout ?? '1-1'}
      data={(['1-1', '1-2', '2-1', '1-1-1'] as const).map((value) => ({
        value,
        label: t(`field.layout${value.replaceAll('-', '') as '11'}`),
      }))}
      onChange={(layout) => put(layout as '1-1')}
      readOnly={readOnly}
    />
  );
}

const FIELDS = {
  heading: Heading,
  text: TextFields,
  button: ButtonFields,
  image: ImageFields,
  product: ProductFields,
  social: SocialFields,
  footer: FooterFields,
  spacer: SpacerFields,
  columns: ColumnsFields,
  divider: () => null,
} as Record<Block['kind'], (props: FieldsProps<Block>) => React.ReactNode>;

/** All there is to say about a block. */
export function BlockFields(props: FieldsProps<Block>) {
  const { t } = useTranslation('mail-templates');
  const { block, onChange, readOnly } = props;
  const Fields = FIELDS[block.kind];
  return (
    <Stack gap="sm">
      <Fields {...props} />
      <TextInput
        label={t('field.condition')}
        description={t('field.conditionText')}
        maxLength={300}
        value={block.condition ?? ''}
        readOnly={readOnly}
        onChange={(event) =>
          onChange({ ...block, condition: event.currentTarget.value }, 'condition')
        }
      />
    </Stack>
  );
}
