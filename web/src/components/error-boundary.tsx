import { Component, type ReactNode } from 'react';
import { PageFailure } from './page-states/page-failure';

interface ErrorBoundaryProps {
  children: ReactNode;
  /** A new value (another page) clears the failure. */
  resetKey: string;
}

interface ErrorBoundaryState {
  error: Error | undefined;
  resetKey: string;
}

/** Keeps the shell alive when a page throws while rendering. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { error: undefined, resetKey: this.props.resetKey };

  static getDerivedStateFromError(error: Error): Partial<ErrorBoundaryState> {
    return { error };
  }

  static getDerivedStateFromProps(
    props: ErrorBoundaryProps,
    state: ErrorBoundaryState,
  ): Partial<ErrorBoundaryState> | null {
    return props.resetKey === state.resetKey
      ? null
      : { error: undefined, resetKey: props.resetKey };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return <PageFailure error={error} reset={() => this.setState({ error: undefined })} />;
  }
}
