export { SettingsCard } from '@/components/settings-card';
