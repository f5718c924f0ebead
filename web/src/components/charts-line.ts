import '@mantine/charts/styles.css';

export { LineChart } from '@mantine/charts';
