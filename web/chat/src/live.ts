/** The open line to the server: comes back by itself, and polls where WebSockets do not get through. */

export interface Line {
  /** Something was pushed. */
  heard(type: string, data: Record<string, unknown>): void;
  /** The line is open, or has been missing news: read what was missed. */
  behind(): void;
}

const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;
const POLL_MILLISECONDS = 5_000;
const SPREAD_MILLISECONDS = 3_000;
/** Closed by the server for good: the session or the widget is gone. */
const ENDED = new Set([4401, 4403, 4404]);

export class Live {
  private socket: WebSocket | null = null;
  private wait = FIRST_WAIT;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private poll: ReturnType<typeof setInterval> | undefined;
  private hello: Record<string, unknown> | null = null;

  constructor(
    private readonly url: string,
    private readonly line: Line,
  ) {
    addEventListener('online', () => this.hello && this.connect());
    addEventListener('pageshow', (event) => event.persisted && this.hello && this.connect());
  }

  /** Open the line with these first words, anew if they differ. */
  open(hello: Record<string, unknown>): void {
    if (this.hello && JSON.stringify(hello) === JSON.stringify(this.hello)) return;
    this.close();
    this.hello = hello;
    this.connect();
  }

  close(): void {
    this.hello = null;
    clearTimeout(this.timer);
    clearInterval(this.poll);
    this.poll = undefined;
    this.drop();
  }

  say(message: unknown): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    if (socket) {
      socket.onclose = socket.onmessage = null;
      socket.close();
    }
  }

  private connect(): void {
    clearTimeout(this.timer);
    if (this.socket && this.socket.readyState < WebSocket.CLOSING) return;
    let socket: WebSocket;
    try {
      socket = new WebSocket(this.url);
    } catch {
      // The page's policy allows no sockets.
      this.startPolling();
      return;
    }
    this.socket = socket;
    socket.onopen = () => socket.send(JSON.stringify(this.hello));
    socket.onmessage = ({ data }) => this.take(JSON.parse(data as string));
    socket.onclose = ({ code }) => {
      if (ENDED.has(code)) {
        this.line.behind();
        return;
      }
      this.startPolling();
      this.soon();
      // Spread, so that a server that comes back is not met by everyone at once.
      this.timer = setTimeout(
        () => this.hello && this.connect(),
        this.wait * (0.5 + Math.random()),
      );
      this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
    };
  }

  private take(message: { type: string; data?: Record<string, unknown> }): void {
    switch (message.type) {
      case 'ping':
        this.say({ type: 'pong' });
        break;
      case 'ready':
        this.wait = FIRST_WAIT;
        clearInterval(this.poll);
        this.poll = undefined;
        this.line.behind();
        break;
      case 'resync':
        this.soon();
        break;
      default:
        this.line.heard(message.type, message.data ?? {});
    }
  }

  /** Read what was missed, not all visitors in the same moment. */
  private soon(): void {
    setTimeout(() => this.hello && this.line.behind(), Math.random() * SPREAD_MILLISECONDS);
  }

  private startPolling(): void {
    this.poll ??= setInterval(() => {
      if (navigator.onLine && !document.hidden) this.line.behind();
    }, POLL_MILLISECONDS);
  }
}
