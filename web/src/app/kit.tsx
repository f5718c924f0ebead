import { MantineProvider, mergeThemeOverrides } from '@mantine/core';
import { ModalsProvider } from '@mantine/modals';
import { lazy, type ReactNode, Suspense, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { cssVariables, theme } from './theme';

const ToastArea = lazy(() => import('./toast-area'));

/** The component kit with our theme; tests wrap what they render in it. */
export function Kit({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const localised = useMemo(() => {
    const close = { closeButtonProps: { 'aria-label': t('close') } };
    return mergeThemeOverrides(theme, {
      components: {
        Modal: { defaultProps: { ...theme.components?.Modal?.defaultProps, ...close } },
        Drawer: { defaultProps: { ...theme.components?.Drawer?.defaultProps, ...close } },
        Notification: { defaultProps: close },
      },
    });
  }, [t]);
  return (
    <MantineProvider
      theme={localised}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
    >
      <ModalsProvider labels={{ confirm: t('confirm'), cancel: t('cancel') }}>
        <Suspense fallback={null}>
          <ToastArea position="bottom-right" limit={4} zIndex={400} />
        </Suspense>
        {children}
      </ModalsProvider>
    </MantineProvider>
  );
}
