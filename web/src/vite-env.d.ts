/// <reference types="vite/client" />

interface TablerIconProps extends Omit<import('react').SVGProps<SVGSVGElement>, 'stroke' | 'ref'> {
  size?: number;
  stroke?: number;
}

declare module '@tabler/icons-react/dist/esm/icons/*' {
  const icon: import('react').FunctionComponent<TablerIconProps>;
  export default icon;
}
