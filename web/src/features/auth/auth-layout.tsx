import { Outlet } from '@tanstack/react-router';
import { Mark } from '@/components/logo';
import classes from './auth-layout.module.css';

/** Centred card for everything before sign-in. */
export function AuthLayout() {
  return (
    <div className={classes.layout}>
      <main className={classes.column}>
        <div className={classes.brand}>
          <Mark size={32} />
          <span>Tradewind</span>
        </div>
        <div className={classes.card}>
          <Outlet />
        </div>
      </main>
    </div>
  );
}
