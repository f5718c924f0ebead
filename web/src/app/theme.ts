import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

// Ten steps, light to dark. Text and fill pairs below are the ones with computed contrast.
const palettes = {
  blue: '#EFF6FF #DBEAFE #BFDBFE #93C5FD #60A5FA #3B82F6 #2563EB #1D4ED8 #1E40AF #1E3A8A',
  green: '#ECFDF5 #D1FAE5 #A7F3D0 #6EE7B7 #34D399 #10B981 #047857 #065F46 #065F46 #064E3B',
  red: '#FEF2F2 #FEE2E2 #FECACA #FCA5A5 #F87171 #EF4444 #DC2626 #B91C1C #991B1B #7F1D1D',
  yellow: '#FFFBEB #FEF3C7 #FDE68A #FCD34D #FBBF24 #F59E0B #B45309 #92400E #92400E #78350F',
  orange: '#FFF7ED #FFEDD5 #FED7AA #FDBA74 #FB923C #F97316 #C2410C #9A3412 #9A3412 #7C2D12',
  violet: '#F5F3FF #EDE9FE #DDD6FE #C4B5FD #A78BFA #8B5CF6 #7C3AED #6D28D9 #5B21B6 #4C1D95',
  teal: '#F0FDFA #CCFBF1 #99F6E4 #5EEAD4 #2DD4BF #14B8A6 #0F766E #115E59 #115E59 #134E4A',
  cyan: '#ECFEFF #CFFAFE #A5F3FC #67E8F9 #22D3EE #06B6D4 #0E7490 #155E75 #155E75 #164E63',
  pink: '#FDF2F8 #FCE7F3 #FBCFE8 #F9A8D4 #F472B6 #EC4899 #DB2777 #BE185D #9D174D #831843',
  gray: '#F9FAFB #F3F4F6 #E5E7EB #D1D5DB #9CA3AF #6B7280 #4B5563 #374151 #1F2937 #111827',
  dark: '#F3F4F6 #D1D5DB #9CA3AF #7B8494 #374151 #2B3648 #1D2737 #111827 #0B1120 #060A13',
} as const;

type PaletteName = keyof typeof palettes;

const tuple = (name: PaletteName) => palettes[name].split(' ') as unknown as MantineColorsTuple;

const names = Object.keys(palettes) as PaletteName[];

export const colors = Object.fromEntries(names.map((name) => [name, tuple(name)])) as Record<
  PaletteName,
  MantineColorsTuple
>;

/** Series colours of charts, in order; each has 3:1 against both card surfaces. */
export const chartColors = ['blue.5', 'teal.5', 'violet.5', 'orange.5', 'pink.5', 'gray.5'];

export const theme = createTheme({
  colors,
  primaryColor: 'blue',
  primaryShade: { light: 6, dark: 6 },
  black: '#111827',
  fontFamily: "'Inter Variable', system-ui, -apple-system, 'Segoe UI', sans-serif",
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  lineHeights: { xs: '16px', sm: '20px', md: '20px', lg: '24px', xl: '28px' },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '32px' },
  radius: { xs: '4px', sm: '6px', md: '8px', lg: '12px', xl: '16px' },
  defaultRadius: 'sm',
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '20px', lineHeight: '28px' },
      h2: { fontSize: '16px', lineHeight: '24px' },
      h3: { fontSize: '14px', lineHeight: '20px' },
    },
  },
  breakpoints: { xs: '20em', sm: '48em', md: '64em', lg: '90em', xl: '160em' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  shadows: {
    sm: '0 1px 2px rgb(17 24 39 / 6%)',
    md: '0 4px 16px rgb(17 24 39 / 12%)',
    lg: '0 12px 32px rgb(17 24 39 / 18%)',
  },
  // Plain objects: naming the components here would put all of them into the entry.
  components: {
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray', size: 32 } },
    Alert: { defaultProps: { radius: 'md' } },
    Badge: { defaultProps: { variant: 'light', radius: 'sm', tt: 'none', fw: 500 } },
    Button: { defaultProps: { size: 'sm' } },
    Card: { defaultProps: { withBorder: true, radius: 'md', padding: 'md' } },
    Drawer: { defaultProps: { position: 'right' } },
    Menu: { defaultProps: { shadow: 'md', width: 220, position: 'bottom-end' } },
    Modal: { defaultProps: { centered: true, radius: 'md' } },
    Paper: { defaultProps: { radius: 'md' } },
    PasswordInput: { defaultProps: { size: 'sm' } },
    Popover: { defaultProps: { shadow: 'md', withinPortal: true } },
    SegmentedControl: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'sm', allowDeselect: false } },
    Textarea: { defaultProps: { size: 'sm' } },
    TextInput: { defaultProps: { size: 'sm' } },
    Tooltip: { defaultProps: { openDelay: 400, withArrow: false } },
  },
});

/** Surfaces and text tones the kit has no name for, plus the light-variant pairs (800 on 100). */
export const cssVariables: CSSVariablesResolver = () => {
  const light: Record<string, string> = {};
  const dark: Record<string, string> = {};
  for (const name of names) {
    if (name === 'dark') continue;
    const shades = colors[name];
    light[`--mantine-color-${name}-light`] = shades[1];
    light[`--mantine-color-${name}-light-hover`] = shades[2];
    light[`--mantine-color-${name}-light-color`] = shades[8];
    light[`--mantine-color-${name}-text`] = shades[6];
    light[`--mantine-color-${name}-outline`] = shades[6];
    dark[`--mantine-color-${name}-light`] = `color-mix(in srgb, ${shades[5]} 20%, transparent)`;
    dark[`--mantine-color-${name}-light-hover`] =
      `color-mix(in srgb, ${shades[5]} 28%, transparent)`;
    dark[`--mantine-color-${name}-light-color`] = shades[3];
    dark[`--mantine-color-${name}-text`] = shades[4];
    dark[`--mantine-color-${name}-outline`] = shades[4];
  }
  return {
    variables: { '--tw-rail-width': '224px', '--tw-top-bar': '48px' },
    light: {
      ...light,
      '--mantine-color-dimmed': colors.gray[6],
      '--mantine-color-placeholder': colors.gray[5],
      '--mantine-color-anchor': colors.blue[6],
      '--mantine-color-error': colors.red[6],
      '--mantine-color-default-border': colors.gray[3],
      '--tw-rail': colors.gray[1],
      '--tw-page': '#FFFFFF',
      '--tw-card': '#FFFFFF',
      '--tw-raised': colors.gray[0],
      '--tw-hover': colors.gray[1],
      '--tw-line': colors.gray[2],
      '--tw-selected': colors.blue[0],
      '--tw-focus': colors.blue[5],
      '--tw-track': colors.gray[2],
    },
    dark: {
      ...dark,
      '--mantine-color-dimmed': colors.dark[2],
      '--mantine-color-placeholder': colors.dark[2],
      '--mantine-color-anchor': colors.blue[4],
      '--mantine-color-error': colors.red[4],
      '--mantine-color-default': colors.dark[6],
      '--mantine-color-default-hover': colors.dark[5],
      '--mantine-color-default-border': colors.dark[4],
      '--tw-rail': colors.dark[8],
      '--tw-page': colors.dark[7],
      '--tw-card': colors.dark[6],
      '--tw-raised': colors.dark[6],
      '--tw-hover': colors.dark[5],
      '--tw-line': colors.dark[5],
      '--tw-selected': 'color-mix(in srgb, #3B82F6 16%, #111827)',
      '--tw-focus': colors.blue[4],
      '--tw-track': colors.dark[4],
    },
  };
};
