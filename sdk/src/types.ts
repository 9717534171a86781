/** JSON that travels with an event. */
export type Properties = Record<string, unknown>;

export interface Options {
  /** Where Rapport is reached; the script's own origin unless said otherwise. */
  host?: string;
  /** False until the visitor agreed: nothing is stored or sent. Default true. */
  consent?: boolean;
  /** Send a page event now and at each change of the address. Default true. */
  autoPage?: boolean;
  /** Keep the visitor's id in a cookie of the whole domain as well. Default false. */
  cookie?: boolean;
  /** Record what the visitor sees, as App config › Recordings has it. Default false. */
  record?: boolean;
  /** Milliseconds that events wait for company. Default 2,000. */
  flushInterval?: number;
}

export interface Identity {
  /** Proof from your server, a JWT (HS256). Without one the person stays a visitor. */
  token?: string;
}

/** One event as it travels. */
export interface Message {
  type: "identify" | "track" | "page" | "group";
  messageId: string;
  timestamp: string;
  anonymousId: string;
  userId?: string;
  userToken?: string;
  event?: string;
  name?: string;
  groupId?: string;
  properties?: Properties;
  traits?: Properties;
  context?: Properties;
}
