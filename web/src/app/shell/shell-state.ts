import { create } from 'zustand';

interface ShellState {
  palette: boolean;
  drawer: boolean;
  create: boolean;
}

/** What is open in the shell. */
export const useShellState = create<ShellState>(() => ({
  palette: false,
  drawer: false,
  create: false,
}));
