import '@mantine/charts/styles.css';

export { CompositeChart } from '@mantine/charts';
